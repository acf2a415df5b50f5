"""The addresses that take pictures: what they show, how the network sees them, where it looks."""

import asyncio
from collections.abc import Awaitable

import numpy as np
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from helpers import photos
from helpers.service import described, heat, intake, network
from helpers.service.choices import MOST_PICTURES
from helpers.service.described import problems

router = APIRouter()
_UPLOAD = problems(400, 403, 408, 413, 415, 422, 503)
_PICTURE = {200: {"content": {"image/png": {}}}}


@router.post(
    "/predict",
    response_model=described.Answer,
    responses=_UPLOAD,
    openapi_extra=described.body("file"),
    summary="What does this picture show?",
)
async def predict(request: Request) -> JSONResponse:
    """Asks the network about one picture. `photos.prepare` makes it 32 × 32 pixels first."""
    (content,) = await intake.uploaded(request, "file")
    app = request.app
    return JSONResponse(await _asked(app, app.state.decoded(content)))


@router.post(
    "/predict/batch",
    response_model=described.Answers,
    responses=_UPLOAD,
    openapi_extra=described.body("files", several=True),
    summary="What do these pictures show?",
)
async def predict_batch(request: Request) -> JSONResponse:
    """Asks about 1 to 32 pictures. A bad one gets a sentence in its place; the others count."""
    contents = await intake.uploaded(request, "files", MOST_PICTURES)
    turn = asyncio.Semaphore(1)  # one decoder; the others are for those who ask about one
    found = await asyncio.gather(*(_asked_or_refused(request.app, one, turn) for one in contents))
    return JSONResponse({"results": found})


@router.post(
    "/look",
    response_class=Response,
    responses=_UPLOAD | _PICTURE,
    openapi_extra=described.body("file"),
    summary="The picture as the network sees it",
)
async def look(request: Request) -> Response:
    """A PNG of 32 × 32 pixels."""
    (content,) = await intake.uploaded(request, "file")
    return Response(heat.png(await request.app.state.decoded(content)), media_type="image/png")


@router.post(
    "/heat",
    response_class=Response,
    responses=_UPLOAD | _PICTURE | problems(409),
    openapi_extra=described.body("file"),
    summary="Where the network looked",
)
async def look_closer(request: Request) -> Response:
    """A PNG of 256 × 256 pixels: the picture, and over it the heat map of its answer."""
    (content,) = await intake.uploaded(request, "file")
    state = request.app.state
    picture = await state.decoded(content)
    drawn = await state.asker.in_thread(heat.shown, state.held.asked(), picture)
    return Response(drawn, media_type="image/png")


async def _asked(app: FastAPI, arriving: Awaitable[np.ndarray]) -> dict:
    """What is said about one picture."""
    row, asked = await app.state.asker.ask(arriving)
    said = network.answer(asked, row)
    app.state.numbers.classes.labels(said["class_name"], said["model_version"]).inc()
    return said


async def _asked_or_refused(app: FastAPI, content: bytes, turn: asyncio.Semaphore) -> dict:
    async def in_turn() -> np.ndarray:
        async with turn:
            return await app.state.decoded(content)

    try:
        return await _asked(app, in_turn())
    except photos.ImageError as error:
        return {"detail": described.sentence(str(error))}
