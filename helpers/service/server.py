"""The HTTP server around the service: uvicorn (https://www.uvicorn.org), with two more limits."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from helpers.errors import PlainError
from helpers.service.choices import Choices

_SENTENCE = b'{"detail": "The head of the request came too slowly."}'
_TOO_SLOW = b"\r\n".join(
    (
        b"HTTP/1.1 408 Request Timeout",
        b"content-type: application/json",
        b"content-length: %d" % len(_SENTENCE),
        b"connection: close",
        b"",
        _SENTENCE,
    )
)
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
) -> None:
    """Serves until SIGINT or SIGTERM; what has begun by then is answered, within `ENDS` seconds.

    Args:
        app: The service.
        choices: Its settings.
        where: The socket that it listens at.
        began: Called with the server before it begins.
    """
    protocol = type("Patient", (_Protocol,), {"patience": choices.silence})
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=choices.most_connections,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=ENDS,
            h11_max_incomplete_event_size=16_384,
        )
    )
    began(server)
    with where:
        asyncio.run(server.serve(sockets=[where]))


class _Protocol(H11Protocol):
    """A connection on which the head of the first request must come within some seconds.

    uvicorn waits for it without an end: many such connections would take all places.
    """

    patience = 5.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        # asyncio does this only for sockets that say which protocol they are of; without it, the
        # content of an answer waits 40 ms for the client to confirm its head
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deadline = self.loop.call_later(self.patience, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        if self.cycle is None:  # no head has come
            with contextlib.suppress(OSError):
                self.transport.write(_TOO_SLOW)
            self.transport.close()
