import contextlib
import hashlib
import http.server
import socket
import ssl
import struct
import threading
import time

import pytest

from helpers.data import download

BODY = bytes(range(256)) * 4_000
SHA256 = hashlib.sha256(BODY).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves BODY well or badly, as the path says."""

    def do_GET(self):
        kind = self.path.split("/")[1]
        self.server.asked.append((kind, self.headers.get("Range")))
        if kind in ("404", "503"):
            self.send_error(int(kind))
            return
        body = bytes(1_000_000) if kind == "wrong" else BODY
        start = 0
        if self.headers.get("Range") and kind != "norange":
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.serve(kind, body[start:])

    def serve(self, kind: str, body: bytes):
        if kind == "resets":
            self.wfile.write(body[:100_000])
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif kind == "truncated":
            self.wfile.write(body[: len(body) // 2])
        elif kind == "stalls":
            self.wfile.write(body[:100_000])
            self.server.released.wait(20)
        elif kind == "slow":
            for i in range(0, 20_000, 100):
                self.wfile.write(body[i : i + 100])
                time.sleep(0.05)
        else:
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.asked, running.released = [], threading.Event()
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


def fetch(server, target, *kinds):
    port = server.server_address[1]
    mirrors = [f"http://127.0.0.1:{port}/{kind}/file.tar.gz" for kind in kinds]
    return download.fetch(mirrors, target, SHA256, minimum_rate=50_000, window=1.0)


def test_downloads_what_is_right(server, tmp_path):
    target = tmp_path / "new" / "file.tar.gz"
    assert fetch(server, target, "good") == target
    assert target.read_bytes() == BODY
    assert [path.name for path in target.parent.iterdir()] == ["file.tar.gz"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("404", "answered 404"),
        ("503", "answered 503"),
        ("slow", "too slow"),
        ("stalls", "silent for 1 s"),
        ("truncated", "ended early"),
        ("resets", "connection lost|ended early"),
        ("wrong", "wrong file"),
    ],
)
def test_a_bad_mirror_is_given_up_for_the_next(server, tmp_path, bad, reason):
    target = tmp_path / "file.tar.gz"
    with pytest.raises(download.DownloadError, match=reason):
        fetch(server, target, bad)
    assert not target.exists()
    fetch(server, target, bad, "good")
    assert target.read_bytes() == BODY


def test_every_mirror_is_in_the_error(server, tmp_path):
    with pytest.raises(download.DownloadError, match=r"404.*;.*503"):
        fetch(server, tmp_path / "file", "404", "503")


def test_a_host_that_does_not_answer_is_named(tmp_path):
    with pytest.raises(download.DownloadError, match=r"127\.0\.0\.1:9: not reached"):
        download.fetch(["http://127.0.0.1:9/x"], tmp_path / "file", SHA256)


def test_the_next_mirror_continues_where_the_last_one_stopped(server, tmp_path):
    fetch(server, tmp_path / "file", "truncated", "good")
    assert server.asked == [("truncated", None), ("good", f"bytes={len(BODY) // 2}-")]


def test_the_next_call_continues(server, tmp_path):
    (tmp_path / "file.part").write_bytes(BODY[:1_000])
    fetch(server, tmp_path / "file", "good")
    assert server.asked == [("good", "bytes=1000-")]


def test_a_mirror_without_ranges_starts_again(server, tmp_path):
    (tmp_path / "file.part").write_bytes(b"x" * 1_000)
    fetch(server, tmp_path / "file", "norange")
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_bad_beginning_is_thrown_away(server, tmp_path):
    (tmp_path / "file.part").write_bytes(b"x" * 1_000)
    fetch(server, tmp_path / "file", "good")
    assert (tmp_path / "file").read_bytes() == BODY
    assert server.asked[-1] == ("good", None)


def test_a_complete_beginning_needs_no_download(server, tmp_path):
    (tmp_path / "file.part").write_bytes(BODY)
    fetch(server, tmp_path / "file", "good")
    assert server.asked == [] and (tmp_path / "file").read_bytes() == BODY


def test_a_beginning_that_is_too_long_starts_again(server, tmp_path):
    (tmp_path / "file.part").write_bytes(BODY + b"x")
    fetch(server, tmp_path / "file", "good")
    assert server.asked[-1] == ("good", None) and (tmp_path / "file").read_bytes() == BODY


def test_an_encryption_error_is_given_up_for_the_next_mirror(server, tmp_path, monkeypatch):
    original = http.client.HTTPResponse.read1
    failed = []

    def breaks_once(self, size):
        if not failed:
            failed.append(1)
            raise ssl.SSLError("record layer failure")
        return original(self, size)

    monkeypatch.setattr(http.client.HTTPResponse, "read1", breaks_once)
    fetch(server, tmp_path / "file", "good", "good")
    assert (tmp_path / "file").read_bytes() == BODY
