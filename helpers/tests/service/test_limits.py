"""Whatever comes in is refused with one sentence and soon, or answered; the service lives."""

import http.client
import io
import json
import select
import socket
import struct
import time
import zlib

import numpy as np
import psutil
import pytest
from PIL import Image

from helpers.service.choices import MOST_BYTES
from helpers.tests.commands import wait_for
from helpers.tests.service.serving import BOUNDARY, ask, form, headed, heard, picture, served

SOON = 1.0  # seconds of computing; most answers take a hundredth of it
LATE = 15.0  # seconds after which a limit of one has not been kept: the usual one is 20


def bomb(side: int = 20_000) -> bytes:
    """A PNG file of a few hundred bytes that says it has 400 million pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def chunked(content: bytes) -> bytes:
    """A part of a body whose size isn't told in advance."""
    return b"%x\r\n" % len(content) + content + b"\r\n"


BEGIN = chunked(form(b"")[: -len(f"\r\n--{BOUNDARY}--\r\n")])  # a form up to the file's content


def train(body: bytes, kind: str = "application/json") -> bytes:
    return headed("/train", body, Content_Type=kind)


BAD = {
    "no picture": (headed("/predict", form(b"just words")), 422, "not a picture"),
    "nothing": (headed("/predict", form(b"")), 422, "empty (0 bytes)"),
    "truncated": (headed("/predict", form(picture()[:900])), 422, "damaged or cut off"),
    "a bomb": (headed("/predict", form(bomb())), 422, "20,000 × 20,000 pixels"),
    "wrong field": (headed("/predict", form(picture(), field="image")), 422, "'image'"),
    "no file": (headed("/predict", f"--{BOUNDARY}--\r\n".encode()), 422, "it holds nothing"),
    "two files": (headed("/predict", form(picture(), picture())), 422, "at most 1"),
    "a path": (headed("/predict", form(picture(), name="../../etc/x.png")), 422, "holds a path"),
    "a path, \\": (headed("/predict", form(picture(), name="..\\\\x.png")), 422, "holds a path"),
    "no type": (headed("/predict", picture(), Content_Type=""), 415, "multipart/form-data"),
    "a bare picture": (headed("/predict", picture(), Content_Type="image/png"), 415, "image/png"),
    "no boundary": (
        headed("/predict", form(picture()), Content_Type="multipart/form-data"),
        400,
        "boundary",
    ),
    "no form": (headed("/predict", b"\0\1\2 nothing of a form"), 400, ""),
    "broken JSON": (train(b'{"epochs": '), 422, "no JSON"),
    "wrong JSON": (train(b'{"epochs": "many"}'), 422, "epochs"),
    "more than asked for": (train(b'{"epochs": 1, "rate": 5}'), 422, "rate"),
    "no epochs": (train(b"{}"), 422, "epochs"),
    "no numbers": (train(b'{"epochs": NaN}'), 422, "epochs"),
    "a form for JSON": (headed("/train", form(b"x")), 422, ""),
    "unknown": (headed("/predictt", b""), 404, "/docs"),
    "another method": (headed("/predict", method="PUT"), 405, "/docs"),
    "another host": (headed("/predict", form(picture()), Host="evil.example"), 400, "host"),
    "another site": (
        headed("/predict", form(picture()), Origin="https://evil.example"),
        403,
        "another site",
    ),
    "another site, by its word": (
        headed("/train", b"{}", Sec_Fetch_Site="cross-site"),
        403,
        "another site",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_sentence_soon(port, name):
    request, expected, words = BAD[name]
    begin = time.process_time()  # of client and service; a busy machine doesn't count
    status, said = ask(port, request)
    assert time.process_time() - begin < SOON
    assert status == expected and words in said["detail"]
    assert said["detail"].endswith((".", "?")) and said["detail"][0].isupper()
    assert ask(port, headed("/predict", form(picture())))[0] == 200


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 3 * MOST_BYTES])
def test_too_large_a_request_is_refused_and_its_sender_hears_it(port, size):
    begin = time.process_time()
    status, said = ask(port, headed("/predict", form(bytes(size))))
    assert status == 413 and "10 MB" in said["detail"] and time.process_time() - begin < SOON


def test_a_size_that_is_not_told_is_counted(port):
    head = headed("/predict", Content_Length="", Transfer_Encoding="chunked")
    part = chunked(bytes(1_000_000))
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(head + BEGIN)
        for _ in range(11):
            connection.sendall(part)
        status, said = heard(connection)
    assert status == 413 and "10 MB" in said["detail"]


def test_a_sender_that_asks_first_is_refused_before_it_sends(port):
    head = headed("/predict", Content_Length=str(10**9), Expect="100-continue")
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(head)
        assert heard(connection)[0] == 413


def test_a_picture_as_large_as_allowed_is_answered(port):
    pixels = np.zeros((1500, 2000, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "BMP")
    assert 0.8 * MOST_BYTES < len(buffer.getvalue()) < MOST_BYTES
    assert ask(port, headed("/predict", form(buffer.getvalue())))[0] == 200


def test_silent_senders_get_408_and_keep_nobody_waiting(opened):
    with served(opened, silence=3.0) as port:
        ask(port, headed("/predict", form(picture())))
        begin = time.perf_counter()
        with (
            socket.create_connection(("127.0.0.1", port), 20) as one,
            socket.create_connection(("127.0.0.1", port), 20) as other,
        ):
            one.sendall(headed("/predict", Content_Length="5000"))
            other.sendall(b"POST /predict HTTP/1.1\r\nHost: 127")
            assert ask(port, headed("/predict", form(picture())))[0] == 200
            assert select.select([one, other], [], [], 0)[0] == []  # both still wait
            for connection in (one, other):
                status, said = heard(connection)
                assert status == 408 and "too slowly" in said["detail"]
            assert time.perf_counter() - begin > 2.9


def test_a_sender_that_comes_by_drops_has_an_end(opened):
    with served(opened, silence=0.5, patience=1.0) as port:
        begin = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            head = headed("/predict", Content_Length="", Transfer_Encoding="chunked")
            connection.sendall(head + BEGIN)
            while not select.select([connection], [], [], 0.05)[0]:
                assert time.perf_counter() - begin < LATE
                connection.sendall(chunked(b"a"))
            status, said = heard(connection)
        assert status == 408 and "too slowly" in said["detail"]
        assert time.perf_counter() - begin > 0.8


def test_five_hundred_chunks_without_an_end_are_refused(opened):
    with served(opened, silence=0.3, patience=2.0) as port:
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            connection.sendall(headed("/predict", Content_Length="", Transfer_Encoding="chunked"))
            connection.sendall(BEGIN + chunked(b"a") * 500)
            assert heard(connection)[0] == 408
        assert ask(port, headed("/predict", form(picture())))[0] == 200


def test_more_connections_than_allowed_are_told_to_come_back(opened):
    with served(opened, silence=300.0, most_connections=4) as port:
        held = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(6)]
        status, said = ask(port, headed("/health", method="GET"))
        assert status == 503 and "again soon" in said["detail"]
        for connection in held:
            connection.close()
        wait_for(lambda: ask(port, headed("/health", method="GET"))[0] == 200)


def test_large_requests_leave_no_memory_behind(port):
    process = psutil.Process()
    large = headed("/predict", form(bytes(MOST_BYTES - 1000)))
    ask(port, large)
    before = process.memory_info().rss
    for _ in range(15):
        assert ask(port, large)[0] == 422
    assert process.memory_info().rss - before < 60_000_000


@pytest.mark.parametrize("head", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHo\x01st: x\r\n\r\n"])
def test_what_is_no_http_gets_a_sentence_too(port, head):
    status, said = ask(port, head)
    assert status == 400 and "HTTP" in said["detail"]


def test_a_connection_is_used_again(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    kinds = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    for content, expected in ((picture(), 200), (b"bad", 422), (picture(), 200)):
        connection.request("POST", "/predict", form(content), kinds)
        answer = connection.getresponse()
        assert answer.status == expected and json.loads(answer.read())
        assert answer.headers["connection"] != "close"
    connection.close()
