"""What somebody could send on purpose: nobody else may feel it."""

import io
import json
import re
import socket
import time

import numpy as np
import pytest
from PIL import Image

from helpers import photos
from helpers.photos import decoding
from helpers.tests.commands import wait_for
from helpers.tests.service.serving import BOUNDARY, ask, form, headed, picture, served


def closed_within(connection: socket.socket, seconds: float) -> bool:
    """Whether the other side closes a connection."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            if not connection.recv(65536):
                return True
        except TimeoutError:
            return False
        except ConnectionError:
            return True
    return False


def test_half_of_a_second_head_does_not_hold_a_place(opened):
    with served(opened, silence=0.5) as port:
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            connection.sendall(headed("/health", method="GET", Connection="keep-alive"))
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            connection.sendall(b"G")
            assert closed_within(connection, 20)  # without the limit, never
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            three = headed("/health", method="GET", Connection="keep-alive") * 3
            connection.sendall(three)
            answers = b""
            while answers.count(b"HTTP/1.1 200") < 3:
                part = connection.recv(65536)
                assert part, answers
                answers += part


def test_a_refused_sender_does_not_go_on_sending(port):
    head = headed("/predict", Host="evil.example", Content_Length=str(10**11))
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(head + b"x")
        assert closed_within(connection, 19)  # a body may take 20 seconds to come


@pytest.mark.parametrize("charset", ["punycode", "undefined", "utf-16"])
def test_a_form_in_another_charset_is_refused_before_it_is_read(port, charset):
    text = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="q-"\r\n\r\na-{"a" * 100_000}'
    body = f"{text}\r\n--{BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}; charset={charset}"
    begin = time.process_time()  # punycode of 100,000 letters takes half a second
    status, said = ask(port, headed("/predict", body, Content_Type=kind))
    assert status == 415 and "UTF-8" in said["detail"] and time.process_time() - begin < 0.4


def scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    last = max(found.start() for found in re.finditer(rb"\xff\xda", content))
    return content[:-2] + content[last:-2] * count + content[-2:]


def test_a_jpeg_of_hundreds_of_scans_is_not_decoded(port):
    photos.prepare(scans(5))
    status, said = ask(port, headed("/predict", form(scans(decoding.MOST_SCANS))))
    assert status == 422 and "parts" in said["detail"]


def test_much_json_is_not_read(port):
    wish = json.dumps({f"key {n}": n for n in range(5_000)}).encode()
    status, said = ask(port, headed("/train", wish, Content_Type="application/json"))
    assert status == 413 and "1,000 bytes" in said["detail"]


@pytest.mark.parametrize("host", ["[", "[::1", "evil@127.0.0.1", "127.0.0.1/evil", "127.0.0.1#x"])
def test_a_host_that_is_none_is_refused(port, host):
    assert ask(port, headed("/health", method="GET", Host=host))[0] == 400


def test_an_origin_that_is_none_is_refused(port):
    for origin in ("http://[", "null", "http://localhost"):
        assert ask(port, headed("/predict", form(picture()), Origin=origin))[0] == 403
    own = headed("/predict", form(picture()), Origin="http://127.0.0.1")
    assert ask(port, own)[0] == 200


def test_far_more_connections_than_allowed_are_not_kept(opened):
    with served(opened, silence=300.0, most_connections=4) as port:
        held = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(12)]
        wait_for(lambda: sum(closed_within(connection, 0.05) for connection in held) == 4)
        assert sum(closed_within(connection, 0.05) for connection in held) == 4
        for connection in held:
            connection.close()


def test_the_end_of_the_log_ends_nothing(opened):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with served(opened, Gone()) as port:
        assert ask(port, headed("/predict", form(picture())))[0] == 200
