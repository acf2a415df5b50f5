"""Measures the service on loopback: latency, throughput, memory; with micro-batches and without.

Called by `make bench ONLY=service`. The numbers go to `figures/bench_service.md` and
`figures/bench_service.json`. The clients are threads of this process, on the same cores: they send
bytes that were made before, and read no more of an answer than they must.
"""

import io
import json
import socket
import statistics
import sys
import threading
import time

import numpy as np
import psutil

from helpers import config, storage

CLIENTS = (1, 8, 32)
REQUESTS = 1_000  # in each measurement
MANY = 20_000  # after which memory is compared
BOUNDARY = "a-line-that-is-in-no-picture"


def main(rounds: int) -> None:
    """Measures in turns, then writes both files and prints the table.

    Args:
        rounds: How often everything but the memory is measured.
    """
    from helpers import service

    model = service.newest()
    if service.missing() or model is None:
        sys.exit("make setup EXTRAS=service first; and a model is needed, as notebook 13 saves it.")
    request, records = _request(), []
    for number in range(rounds):
        for wait in ("5", "0"):
            with service.running(model, "--wait-ms", wait) as running:
                address = _address(running.address)
                load(address, request, 8, 200)
                for clients in CLIENTS:
                    record = {"wait_ms": wait, "clients": clients}
                    records.append(record | load(address, request, clients, REQUESTS))
        print(f"service, round {number + 1} of {rounds}: done", flush=True)
    with service.running(model) as running:
        process, address = psutil.Process(running.process.pid), _address(running.address)
        load(address, request, 8, 2_000)
        before = process.memory_info().rss
        load(address, request, 8, MANY)
        memory = {"before": before, "after": process.memory_info().rss, "requests": MANY}
    measured = {"machine": _machine(), "model": model.name, "records": records, "memory": memory}
    figures = config.course_root() / "figures"
    storage.write_whole(figures / "bench_service.json", json.dumps(measured, indent=1) + "\n")
    storage.write_whole(figures / "bench_service.md", page(measured))
    print(page(measured))


def load(address: tuple[str, int], request: bytes, clients: int, count: int) -> dict[str, float]:
    """Sends a request many times, by some clients at a time who ask again at once.

    Returns:
        `p50, p95, p99` in milliseconds, and `rate`, answers a second.

    Raises:
        RuntimeError: An answer is not 200, or a client has failed.
    """
    seconds: list[float] = []

    def client() -> None:
        with socket.create_connection(address, 60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(count // clients):
                begin = time.perf_counter()
                connection.sendall(request)
                _read(connection)
                seconds.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = time.perf_counter() - begin
    if len(seconds) < clients * (count // clients):
        raise RuntimeError("a client has failed; its error stands above.")
    p50, p95, p99 = (1000 * np.percentile(seconds, [50, 95, 99])).tolist()
    return {"p50": p50, "p95": p95, "p99": p99, "rate": len(seconds) / total}


def _read(connection: socket.socket) -> None:
    whole = b""
    while b"\r\n\r\n" not in whole:
        part = connection.recv(65536)
        if not part:
            raise RuntimeError("the service has closed the connection.")
        whole += part
    head, _, content = whole.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the service has answered {head[:40]!r}.")
    left = int(head.lower().partition(b"content-length:")[2].split()[0]) - len(content)
    while left > 0:
        left -= len(connection.recv(65536))


def _request() -> bytes:
    """A request with a photo of 100 × 100 pixels, as bytes."""
    from PIL import Image
    from skimage import data

    buffer = io.BytesIO()
    Image.fromarray(data.chelsea()[0:300:3, 75:375:3]).save(buffer, "JPEG")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="cat.jpg"'
    body = f"{head}\r\n\r\n".encode() + buffer.getvalue() + f"\r\n--{BOUNDARY}--\r\n".encode()
    lines = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    lines += f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    return lines.encode() + body


def _address(shown: str) -> tuple[str, int]:
    host, _, port = shown.removeprefix("http://").rpartition(":")
    return host, int(port)


def _machine() -> str:
    from helpers import training

    return str(training.machine())


def page(measured: dict) -> str:
    """The page that tells what was measured: medians over the rounds.

    Args:
        measured: What `figures/bench_service.json` holds.
    """
    lines = [
        "# What the service does",
        "",
        f"`make bench ONLY=service` on {measured['machine']}; {measured['model']}, a photo "
        "of 100 × 100 pixels, clients on the same cores. Medians over the rounds.",
        "",
        "| Clients | Asked | p50 | p95 | p99 | Requests a second |",
        "|--:|---|--:|--:|--:|--:|",
    ]
    for clients in CLIENTS:
        for wait, words in (("5", "together"), ("0", "alone")):
            row = _medians(measured["records"], clients, wait)
            times = " | ".join(f"{row[name]:.1f} ms" for name in ("p50", "p95", "p99"))
            lines.append(f"| {clients} | {words} | {times} | {row['rate']:.0f} |")
    memory = measured["memory"]
    grown = (memory["after"] - memory["before"]) / 1e6
    gained = [_medians(measured["records"], 8, wait)["rate"] for wait in ("5", "0")]
    lines += [
        "",
        f"Asked together, 8 clients get {gained[0] / gained[1]:.2f} times the answers a second.",
        "",
        f"Memory: {memory['before'] / 1e6:.0f} MB after 2,000 requests, {grown:+.1f} MB after "
        f"{memory['requests']:,} more.",
    ]
    return "\n".join(lines) + "\n"


def _medians(records: list[dict], clients: int, wait: str) -> dict[str, float]:
    own = [r for r in records if r["clients"] == clients and r["wait_ms"] == wait]
    return {name: statistics.median(r[name] for r in own) for name in ("p50", "p95", "p99", "rate")}
