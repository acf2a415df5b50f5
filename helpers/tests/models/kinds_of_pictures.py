"""Pictures of every kind that a phone, a scanner or a drawing program stores as PNG or JPEG."""

import functools
import io

import numpy as np
from PIL import Image
from skimage import data as photos_of


def stored(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@functools.cache
def pictures() -> dict[str, bytes]:
    """One of each kind that can be told apart."""
    cat = Image.fromarray(photos_of.chelsea())
    deep = np.add.outer(np.arange(50) * 900, np.arange(70) * 300).astype(np.uint16)
    clear = cat.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(cat.size))
    exifs = {f"turned {n}": Image.Exif() for n in range(1, 9)}
    for number, exif in enumerate(exifs.values(), 1):
        exif[0x0112] = number
    palette, frames = cat.quantize(16), [cat.resize((60, 40)), cat.rotate(180).resize((60, 40))]
    return {
        "RGB": stored(cat),
        "high": stored(cat.rotate(90, expand=True)),
        "one pixel": stored(Image.new("RGB", (1, 1), (1, 2, 3))),
        "JPEG": stored(cat, "JPEG"),
        "grey": stored(cat.convert("L")),
        "grey JPEG": stored(cat.convert("L"), "JPEG"),
        "black and white": stored(cat.convert("1")),
        "palette": stored(palette),
        "palette with a clear colour": stored(palette, transparency=3),
        "clear colour": stored(cat, transparency=cat.getpixel((200, 100))),
        "RGBA": stored(clear),
        "LA": stored(clear.convert("LA")),
        "CMYK JPEG": stored(cat.convert("CMYK"), "JPEG"),
        "16 bits": stored(Image.fromarray(deep)),
        "16 bits, clear": stored(Image.fromarray(deep), transparency=int(deep[25, 35])),
        "animated": stored(frames[0], save_all=True, append_images=frames[1:]),
        **{name: stored(cat, "JPEG", exif=exif) for name, exif in exifs.items()},
        **{f"PNG {name}": stored(cat, exif=exif) for name, exif in exifs.items()},
    }
