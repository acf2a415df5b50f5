"""What runs beside a served model: requests are checked, pictures prepared as by the course."""

import collections
import io
import json
import math
import re
import struct
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from helpers import photos
from helpers.models.sagemaker import inference
from helpers.tests.models.kinds_of_pictures import pictures, stored

Context = collections.namedtuple("Context", "request_content_type accept_header", defaults=[None])


def claiming(width: int, height: int) -> bytes:
    """A small PNG that claims a size."""
    small = stored(Image.new("L", (8, 8)))
    header = b"IHDR" + struct.pack(">II", width, height) + small[24:29]
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]


@pytest.mark.parametrize("name", pictures())
def test_a_picture_is_prepared_exactly_as_by_the_course(name):
    content = pictures()[name]
    assert np.array_equal(np.array(inference.prepare(content)), photos.prepare(content))


def asked(content: bytes, kind: str = "application/json") -> str:
    return inference.input_handler(io.BytesIO(content), Context(kind))


def test_what_goes_to_the_server_is_its_row_format(data):
    body = {"instances": data.x_val[:2].tolist()}
    assert json.loads(asked(json.dumps(body).encode())) == body
    found = json.loads(asked(pictures()["RGB"], "application/x-image"))
    assert np.array(found["instances"]).shape == (1, 32, 32, 3)


def row(value: object) -> list:
    return [[[value, 0, 0]] * 32] * 32


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"{", "application/json", "The body is no JSON"),
        (b"[" * 100_000, "application/json", "The body is no JSON"),
        (b"\xff\xfe\xfa", "application/json", "The body is no JSON"),
        (b"[]", "application/json", 'not {"instances"'),
        ({"instances": [row(1)], "signature_name": "x"}, "application/json", "and nothing else"),
        ({"instances": []}, "application/json", "no list with a picture"),
        ({"instances": row(1)}, "application/json", "32 rows of 32 pixels"),
        ({"instances": [row(1)[:31]]}, "application/json", "32 rows of 32 pixels"),
        ({"instances": [[[[1, 2]] * 32] * 32]}, "application/json", "three numbers"),
        ({"instances": [row(256)]}, "application/json", "three numbers from 0 to 255"),
        ({"instances": [row(-1)]}, "application/json", "three numbers from 0 to 255"),
        ({"instances": [row(True)]}, "application/json", "three numbers from 0 to 255"),
        ({"instances": [row("1")]}, "application/json", "three numbers from 0 to 255"),
        ({"instances": [row(math.nan)]}, "application/json", "three numbers from 0 to 255"),
        (b"", "image/png", "This is no picture that is read here: JPEG, PNG."),
        (stored(Image.new("RGB", (9, 9)), "GIF"), "image/png", "no picture that is read here"),
        (claiming(9_000, 9_000), "image/png", "more than 40,000,000 pixels"),
        (claiming(20_000, 20_000), "image/png", "more than 40,000,000 pixels"),
        (pictures()["RGB"][:9_000], "image/png", "is damaged or cut off"),
        (pictures()["JPEG"][:2_000], "image/jpeg", "is damaged or cut off"),
        (bytes(10_000_001), "application/x-image", "larger than 10 MB"),
        (b"", None, "The content type is missing; expected application/json, application/x-image"),
    ],
)
def test_a_request_that_is_none_is_refused_in_one_sentence(content, kind, words):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(ValueError, match=re.escape(words)) as refused:
        asked(content, kind)
    assert "\n" not in str(refused.value)


def test_what_the_server_refuses_is_told():
    refused = {"status_code": 404, "content": b"no such model"}
    with pytest.raises(ValueError, match="no such model"):
        inference.output_handler(SimpleNamespace(**refused), Context("application/json"))
