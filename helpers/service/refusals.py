"""Each refusal is one sentence, as JSON: `{"detail": "…"}`."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from helpers import photos
from helpers.service import heat
from helpers.service.described import sentence
from helpers.service.network import NoModelError

_PLAIN = {
    "Not Found": "There is nothing at this address; /docs lists what there is.",
    "Method Not Allowed": "This address is asked in another way; /docs says how.",
}


def add(app: FastAPI) -> None:
    """Lets an application answer every error in this way; before its other middlewares."""
    app.exception_handler(HTTPException)(_known)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(photos.ImageError)(_no_picture)
    app.exception_handler(NoModelError)(_no_model)
    app.exception_handler(heat.HeatError)(_no_heat)
    app.add_middleware(Unforeseen)


def _refused(status: int, words: str, headers: dict | None = None) -> JSONResponse:
    return JSONResponse({"detail": sentence(words)}, status, headers)


async def _known(request: Request, error: HTTPException) -> JSONResponse:
    words = _PLAIN.get(str(error.detail), str(error.detail))
    return _refused(error.status_code, words, error.headers)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _refused(422, 'The request is no JSON; expected for example {"epochs": 2}.')
    place = ".".join(str(part) for part in first["loc"][1:])[:80] or "request"
    return _refused(422, f"The {place} isn't right: {first['msg'][:200].lower()}")


async def _no_picture(request: Request, error: photos.ImageError) -> JSONResponse:
    return _refused(422, str(error))


async def _no_model(request: Request, error: NoModelError) -> JSONResponse:
    return _refused(503, request.app.state.reason)


async def _no_heat(request: Request, error: heat.HeatError) -> JSONResponse:
    return _refused(409, "This network is built in a way that no heat map can be made of it.")


class Unforeseen:
    """Middleware, the innermost: a failure inside gets 500 and a sentence, its trace the log.

    Starlette would answer it outside of all middlewares: without their headers, unseen by the
    numbers.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on; raises what fails after an answer has begun."""
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            logging.getLogger("uvicorn.error").exception("A request has failed inside.")
            words = "Something has failed inside; the log of the service says what."
            await _refused(500, words)(scope, receive, send)
