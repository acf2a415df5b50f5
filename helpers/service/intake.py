"""What comes in: a body within limits of size and time, a form, a picture."""

import asyncio
import contextlib
import time
from collections.abc import Callable

import anyio
import numpy as np
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from helpers import photos
from helpers.service.choices import MOST_PICTURES, Choices

READ_ON = 0.5  # seconds that the next part of a body is awaited which nobody needs any more
FORGOTTEN = 5  # times the largest body: more isn't read and forgotten
MOST_FIELDS = 8
MOST_JSON = 1_000  # bytes of a request that holds no picture
SMALL = ("/train", "/model/previous")
MOST_WAITING = 64
_DECODING = 2  # pictures at a time: each can take a few hundred megabytes for a moment


class Limits:
    """Middleware: a body has a largest size, and a time in which it must come.

    Whoever exceeds them gets 413 or 408 with a sentence, and the connection is closed. Where an
    answer comes before the body is whole, the rest is read for a moment and forgotten: a connection
    that is closed on unread bytes is reset, and its sender would never see the answer.
    """

    def __init__(self, app: ASGIApp, choices: Choices):
        self.app, self.choices = app, choices

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on, with a `receive` that counts and looks at the clock."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(scope, receive, self.choices)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and not body.whole:
                await body.forget()
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await self.app(scope, body.receive, sent)


class _Body:
    """A request's body while it comes in."""

    def __init__(self, scope: Scope, receive: Receive, choices: Choices):
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        self._declared = int(length) if length.isdigit() else 0
        self._asks_first = b"100-continue" in headers.get(b"expect", b"").lower()
        self.whole = not self._declared and b"transfer-encoding" not in headers
        self._receive, self._choices = receive, choices
        self._most = (
            min(choices.most_bytes, MOST_JSON) if scope["path"] in SMALL else choices.most_bytes
        )
        self._until, self._counted, self._slow = time.monotonic() + choices.patience, 0, False

    async def receive(self) -> Message:
        """The next part; raises `HTTPException` for a body that is too large, or too slow."""
        if self.whole:
            return await self._receive()
        self._check_size(self._declared)
        left = min(self._choices.silence, self._until - time.monotonic())
        try:
            async with asyncio.timeout(max(left, 0)):
                message = await self._receive()
        except TimeoutError:
            self._slow = True
            raise HTTPException(
                408,
                "The request came too slowly: its next part is awaited for "
                f"{self._choices.silence:g} seconds, all of it for {self._choices.patience:g}.",
            ) from None
        self._counted += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        self._check_size(self._counted)
        return message

    def _check_size(self, size: int) -> None:
        most = self._most
        if size > most:
            raise HTTPException(
                413,
                f"The request is larger than {most // 1_000_000} MB; send a smaller picture."
                if most > MOST_JSON
                else f"The request is larger than {most:,} bytes; it is a few words of JSON.",
            )

    async def forget(self) -> None:
        """Reads on for a moment, unless the sender is slow or waits to be asked for more."""
        if self._slow or (self._asks_first and not self._counted):
            return
        most, more = FORGOTTEN * self._choices.most_bytes, True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._choices.patience):
                while more and self._counted < most:
                    async with asyncio.timeout(READ_ON):
                        message = await self._receive()
                    self._counted += len(message.get("body", b""))
                    more = message.get("more_body", False)


async def uploaded(request: Request, field: str, most: int = 1) -> list[bytes]:
    """The files of one field of a form.

    Args:
        request: Not read yet.
        field: The name of the field.
        most: Files that it may hold.

    Returns:
        Their contents, in order; at least one.

    Raises:
        HTTPException: It is no such form, or a file's name holds a path.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    kind = kind.decode("latin-1").strip().lower()
    if kind != "multipart/form-data":
        raise HTTPException(
            415,
            f"The request is of the type {kind[:80] or 'none'}; send a form (multipart/form-data) "
            f"with a picture in its field {field!r}, as `curl -F {field}=@photo.jpg` does.",
        )
    if options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"us-ascii"):
        raise HTTPException(415, "The names in a form have to be UTF-8; leave its charset out.")
    async with request.form(max_files=MOST_PICTURES + 1, max_fields=MOST_FIELDS) as form:
        parts = form.getlist(field)
        files = [part for part in parts if not isinstance(part, str)]
        if not files or len(files) < len(parts):
            there = ", ".join(repr(name[:40]) for name in list(form)[:MOST_FIELDS]) or "nothing"
            raise HTTPException(
                422, f"The form has no picture in its field {field!r}; it holds {there}."
            )
        if len(files) > most:
            raise HTTPException(
                422, f"The field {field!r} holds {len(files)} files; expected at most {most}."
            )
        for file in files:
            _check_name(file.filename or "")
        return [await file.read() for file in files]


def _check_name(name: str) -> None:
    """A name plays no part here; one that tries to be a path is a mistake, or an attempt."""
    if "/" in name or "\\" in name or "\0" in name or name in (".", ".."):
        raise HTTPException(
            422, "The file's name holds a path; send the name alone, as in 'photo.jpg'."
        )


def decoder() -> Callable:
    """A function that makes bytes a picture uint8 `(32, 32, 3)`, in threads, few at a time.

    What it returns is `photos.prepare` of the bytes, and it raises what that raises.
    """
    few = anyio.CapacityLimiter(_DECODING)

    async def decoded(content: bytes) -> np.ndarray:
        if few.statistics().tasks_waiting >= MOST_WAITING:
            raise HTTPException(
                503, "Too many pictures wait; send it again in a moment.", {"retry-after": "5"}
            )
        return await anyio.to_thread.run_sync(photos.prepare, content, limiter=few)

    return decoded
