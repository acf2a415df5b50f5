"""Each refusal is one sentence, as JSON: `{"detail": "…"}`."""

import sys
import traceback

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from helpers import photos
from helpers.service import heat
from helpers.service.described import sentence
from helpers.service.network import NoModelError

_PLAIN = {
    "Not Found": "There is nothing at this address; /docs lists what there is.",
    "Method Not Allowed": "This address is asked in another way; /docs says how.",
}


def add(app: FastAPI) -> None:
    """Lets an application answer every error in this way."""
    app.exception_handler(HTTPException)(_known)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(photos.ImageError)(_no_picture)
    app.exception_handler(NoModelError)(_no_model)
    app.exception_handler(heat.HeatError)(_no_heat)
    app.exception_handler(Exception)(_unforeseen)


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


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    traceback.print_exception(error, file=sys.stderr)
    return _refused(500, "Something has failed inside; the log of the service says what.")
