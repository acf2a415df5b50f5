"""What is seen from outside: a line of log and the numbers of /metrics for each request.

The numbers are those of Prometheus' client library, https://prometheus.github.io/client_python.
"""

import contextlib
import json
import logging
import sys
import time
from datetime import UTC, datetime
from typing import TextIO

import prometheus_client as prometheus
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
MOST_PATH = 100  # characters of an address that are written down


class Numbers:
    """The counters of one service, in a registry of their own."""

    def __init__(self):
        self.registry = prometheus.CollectorRegistry()
        self.requests = prometheus.Counter(
            "requests", "Requests answered.", ("path", "status"), registry=self.registry
        )
        self.seconds = prometheus.Histogram(
            "request_seconds",
            "Seconds until the answer was sent.",
            ("path",),
            registry=self.registry,
            buckets=SECONDS,
        )
        self.together = prometheus.Histogram(
            "asked_together",
            "Pictures in one call of the network.",
            registry=self.registry,
            buckets=(1, 2, 4, 8, 16, 32),
        )
        self.classes = prometheus.Counter(
            "answers", "Answers by class.", ("class_name", "model_version"), registry=self.registry
        )
        self.trainings = prometheus.Counter(
            "trainings", "Trainings that have ended.", ("state",), registry=self.registry
        )
        self.changes = prometheus.Counter(
            "model_changes", "Changes of the model that answers.", registry=self.registry
        )
        prometheus.ProcessCollector(registry=self.registry)

    def count_training(self, state: str) -> None:
        """Counts a training that has ended in a state; one that took over changed the model."""
        self.trainings.labels(state).inc()
        if state == "taken over":
            self.changes.inc()

    def text(self) -> bytes:
        """All numbers in Prometheus' text format."""
        return prometheus.generate_latest(self.registry)


class Watch:
    """Middleware, the outermost: counts, takes the time, writes one line of JSON a request.

    No name of a file, no address of a sender and no content is written down.
    """

    def __init__(self, app: ASGIApp, numbers: Numbers, log: TextIO | None = None):
        self.app, self.numbers, self.log = app, numbers, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on, and looks at what is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begin, seen = time.perf_counter(), {"status": 0}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sent)
        finally:
            self._tell(scope, seen["status"], time.perf_counter() - begin)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        path = getattr(scope.get("route"), "path", "other")  # its pattern: few different ones
        self.numbers.requests.labels(path, status).inc()
        self.numbers.seconds.labels(path).observe(seconds)
        line = {
            "time": _written(datetime.now(UTC)),
            "method": scope["method"][:16],
            "path": scope["path"][:MOST_PATH],
            "status": status,
            "ms": round(1000 * seconds, 1),
        }
        with contextlib.suppress(OSError):  # who has read the log has gone; answers go on
            print(json.dumps(line), file=self.log or sys.stdout, flush=True)


class JsonLine(logging.Formatter):
    """What the server itself logs, as a line of JSON, too: `time`, `level`, `message`, `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; `trace` only where something was raised."""
        when = datetime.fromtimestamp(record.created, UTC)
        line = {"time": _written(when), "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _written(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")
