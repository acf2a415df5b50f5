"""What Amazon SageMaker's TensorFlow Serving container does before and after the model.

The container imports this file alone, calls `input_handler`, posts what it returns to TensorFlow
Serving at `context.rest_uri`, and gives the response to `output_handler`. An error of either is
answered with its message. Needs Pillow; `classes.json` lies beside it.

A request is a picture, JPEG or PNG (`image/jpeg`, `image/png` or `application/x-image`), or JSON
(`application/json`): {"instances": [...]}, pictures of 32 rows, 32 columns and three numbers from
0 to 255. The answer is JSON: {"predictions": [[...]], "classes": [...], "answers": [...]}:
probabilities, the names that they belong to, and of each picture the most probable name.

Source: https://github.com/aws/sagemaker-tensorflow-serving-container
"""

import functools
import io
import json
import re
import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

SIZE = 32
FORMATS = ("JPEG", "PNG")
PICTURES = ("application/x-image", "image/jpeg", "image/png")
MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000
MOST_SCANS = 100  # a JPEG of more passes is made to keep decoders busy
SCAN = re.compile(rb"\xff\xda\0[\x08\x0a\x0c\x0e][\1-\4]")
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def input_handler(data, context) -> str:
    """Makes a request into what TensorFlow Serving's `:predict` takes, `{"instances": [...]}`.

    Args:
        data: A stream with the body of the request.
        context: Has `request_content_type`.

    Raises:
        ValueError: The request is no picture, or isn't what is expected.
    """
    kind = _media_type(context.request_content_type)
    if kind != "application/json" and kind not in PICTURES:
        raise ValueError(
            f"The content type is {kind or 'missing'}; expected application/json, "
            f"{', '.join(PICTURES)}."
        )
    content = data.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"The request is larger than {MOST_BYTES // 1_000_000} MB; send less.")
    instances = _instances(content) if kind == "application/json" else [prepare(content)]
    return json.dumps({"instances": instances})


def output_handler(response, context) -> tuple[str, str]:
    """Makes TensorFlow Serving's response into the answer, and says of which type that is.

    Args:
        response: A `requests.Response`.
        context: Has `accept_header`.

    Raises:
        ValueError: TensorFlow Serving has refused, or another type than JSON is asked for.
    """
    if response.status_code != 200:
        raise ValueError(response.content.decode("utf-8", "replace"))
    wanted = [_media_type(part) for part in (context.accept_header or "*/*").split(",")]
    if not {"application/json", "application/*", "*/*"} & set(wanted):
        raise ValueError(f"The answer is application/json; {context.accept_header} is asked for.")
    predictions = json.loads(response.content)["predictions"]
    names = classes()
    answers = [names[max(range(len(row)), key=row.__getitem__)] for row in predictions]
    answer = {"predictions": predictions, "classes": names, "answers": answers}
    return json.dumps(answer), "application/json"


@functools.cache
def classes() -> list[str]:
    """Names of the classes, in the order of the probabilities."""
    return json.loads(Path(__file__).with_name("classes.json").read_text(encoding="utf-8"))


def prepare(content: bytes) -> list[list[list[int]]]:
    """A picture as the model has seen its own: 32 rows of 32 pixels, red, green, blue, 0 to 255.

    In this order: the first frame; the middle square cut out; turned upright by its EXIF note; 16
    bits to 8; transparency onto white; to RGB; made smaller with bicubic weights.

    Args:
        content: A whole JPEG or PNG file.

    Raises:
        ValueError: It is none, is damaged, or has too many pixels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the size: it is checked here
        picture = _opened(content)
        side = min(picture.size)
        left, top = ((length - side) // 2 for length in picture.size)
        picture = _upright(picture.crop((left, top, left + side, top + side)))
        small = _in_colour(picture).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    values = small.tobytes()
    pixels = [list(values[place : place + 3]) for place in range(0, len(values), 3)]
    return [pixels[place : place + SIZE] for place in range(0, len(pixels), SIZE)]


def _opened(content: bytes) -> Image.Image:
    """The decoded first frame; its size is checked before anything is decoded."""
    many = f"The picture has more than {MOST_PIXELS:,} pixels; make it smaller first."
    if len(SCAN.findall(content)) > MOST_SCANS or content.count(b"Exif\0\0") > MOST_SCANS:
        raise ValueError(f"The picture consists of more than {MOST_SCANS} parts; save it again.")
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise ValueError(f"This is no picture that is read here: {', '.join(FORMATS)}.") from None
    except Image.DecompressionBombError:
        raise ValueError(many) from None
    except Exception as error:
        raise ValueError(f"The picture is damaged or cut off ({error}).") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError(many)
    try:
        picture.load()
    except Exception as error:  # decoders of damaged files raise errors of every kind
        raise ValueError(f"The picture is damaged or cut off ({error}).") from error
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    try:
        method = TURNS.get(picture.getexif().get(ORIENTATION))
    except Exception:  # whatever is wrong with the note, the picture itself was read
        return picture
    return picture if method is None else picture.transpose(method)


def _in_colour(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):
        table = [value // 257 for value in range(65_536)]
        clear = picture.info.pop("transparency", None)
        if clear is not None:
            table[clear] = 255
        picture = picture.convert("I").point(table, "L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def _instances(content: bytes) -> list:
    """The pictures of a JSON body, once it is sure that they are some."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The body is no JSON ({error}).") from None
    if not isinstance(body, dict) or set(body) != {"instances"}:
        raise ValueError('The body is not {"instances": [...]}, and nothing else.')
    found = body["instances"]
    if not isinstance(found, list) or not found:
        raise ValueError('"instances" is no list with a picture in it.')
    for picture in found:
        if not _listed(picture, SIZE) or not all(_listed(row, SIZE) for row in picture):
            raise ValueError(f"A picture in JSON is a list of {SIZE} rows of {SIZE} pixels.")
        pixels = [pixel for row in picture for pixel in row]
        if not all(_listed(pixel, 3) and all(map(_value, pixel)) for pixel in pixels):
            raise ValueError("A pixel in JSON is a list of three numbers from 0 to 255.")
    return found


def _listed(value: object, length: int) -> bool:
    return isinstance(value, list) and len(value) == length


def _value(number: object) -> bool:
    return type(number) in (int, float) and 0 <= number <= 255  # not NaN, either


def _media_type(header: str | None) -> str:
    """A type without its parameters: `application/json; charset=utf-8` is `application/json`."""
    return (header or "").partition(";")[0].strip().lower()
