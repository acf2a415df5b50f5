"""The HTTP server around the service: uvicorn (https://www.uvicorn.org), with two more limits."""

import asyncio
import contextlib
import http
import json
import logging
import os
import socket
import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from helpers.errors import PlainError
from helpers.service.choices import Choices
from helpers.service.watch import JsonLine


def _closing(status: int, words: str) -> bytes:
    """A whole answer without the application, after which the connection is closed."""
    content = json.dumps({"detail": words}).encode()
    lines = (
        f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}",
        "content-type: application/json",
        f"content-length: {len(content)}",
        "connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + content


_TOO_SLOW = _closing(408, "The head of the request came too slowly.")
_NO_HTTP = _closing(400, "This is no request that HTTP knows, or its head is too long.")
_FULL = _closing(503, "Too many ask at the same time; try again soon.")
ENDS = 8  # seconds that answers which have begun may take after a signal
IDLE = 5  # seconds that a connection without a request stays open


class PortError(PlainError):
    """The address can't be listened at."""


def listening(choices: Choices) -> socket.socket:
    """A socket that listens where the choices say.

    Raises:
        PortError: The port is taken, not allowed, or the host is none of this machine.
    """
    try:
        return socket.create_server((choices.host, choices.port), backlog=256)
    except OverflowError:
        why = "expected 0 to 65535"
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else str(error)
    raise PortError(
        f"The service can't listen at {choices.host}, port {choices.port}: {why}. PORT names "
        "another one, as in PORT=8001."
    )


def serve(
    app: FastAPI,
    choices: Choices,
    where: socket.socket,
    began: Callable[[uvicorn.Server], None] = lambda server: None,
    alone: bool = False,
) -> None:
    """Serves until SIGINT or SIGTERM; what has begun by then is answered, within `ENDS` seconds.

    Args:
        app: The service.
        choices: Its settings.
        where: The socket that it listens at.
        began: Called with the server before it begins.
        alone: Whether the process is the service's own, and may be ended with a thread of it that
            still decodes a picture.
    """
    limits = {"patience": choices.silence, "most": choices.most_connections}
    protocol = type("Patient", (_Protocol,), limits)
    server = (_Server if alone else uvicorn.Server)(
        uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            log_level="warning",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=ENDS,
            h11_max_incomplete_event_size=16_384,
        )
    )
    began(server)
    _log_as_json()
    with where:
        asyncio.run(server.serve(sockets=[where]))


def _log_as_json() -> None:
    """Sends the server's own lines to standard error.

    Without `logging.config`, as uvicorn does it: that closes all handlers of the process, and the
    one of TensorFlow's absl closes its stream, too, if `sys.stderr` is another one by then.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine())
    logger = logging.getLogger("uvicorn")
    logger.handlers, logger.propagate = [handler], False


class _Server(uvicorn.Server):
    """A server whose process ends soon after it, whatever its threads do."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end = threading.Timer(ENDS + 1.5, os._exit, (1,))
        end.daemon = True
        end.start()
        await super().shutdown(sockets)


class _Protocol(H11Protocol):
    """A connection whose client must go on: a head comes within some seconds, an answer is read.

    uvicorn waits for both without an end: one byte of a second head, or an answer that nobody
    reads, would hold a place for ever, and there are only so many.
    """

    patience = 5.0
    reads = 20.0
    most = 200  # uvicorn's own limit answers without a sentence, and keeps any number of idle ones
    _full = False
    _deadline: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        # asyncio does this only for sockets that say which protocol they are of; without it, the
        # content of an answer waits 40 ms for the client to confirm its head
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._full = len(self.connections) > self.most
        if len(self.connections) > 2 * self.most:
            transport.close()
        self._await_head()

    def data_received(self, data: bytes) -> None:
        if not self._full:
            super().data_received(data)
        elif not self.transport.is_closing():  # closed on unread bytes, it would be reset
            self.transport.write(_FULL)
            self.transport.close()

    def on_response_complete(self) -> None:
        self._await_head()  # before the next: a request that was sent ahead begins in there
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(self.reads, self.transport.abort)

    def resume_writing(self) -> None:
        if self._stuck:
            self._stuck.cancel()
            self._stuck = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._stuck):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(self.patience, self._give_up)

    def send_400_response(self, msg: str) -> None:
        """Refuses what isn't HTTP; uvicorn's own answer is no JSON."""
        self.transport.write(_NO_HTTP)
        self.transport.close()

    def _give_up(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            return  # a request is being answered; its end begins this anew
        if self.cycle is None and not self.transport.is_closing():  # no head has come
            with contextlib.suppress(OSError):
                self.transport.write(_TOO_SLOW)
        self.transport.close()
        self._deadline = self.loop.call_later(self.patience, self.transport.abort)
