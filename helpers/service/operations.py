"""The addresses for those who run the service: its state, its numbers, its trainings."""

import prometheus_client
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from helpers.service import described, network
from helpers.service.described import problems
from helpers.service.jobs import BusyError

router = APIRouter()


def _health(request: Request) -> dict:
    state = request.app.state
    ready = state.held.current is not None
    return {"live": True, "ready": ready, "reason": None if ready else state.reason}


@router.get("/health", response_model=described.Health, summary="Does it live, can it answer?")
@router.get("/health/live", response_model=described.Health, summary="Does it live?")
async def live(request: Request) -> JSONResponse:
    """Always 200 while the service lives; `ready` says whether it can answer."""
    return JSONResponse(_health(request))


@router.get(
    "/health/ready",
    response_model=described.Health,
    responses={503: {"model": described.Health}},
    summary="Can it answer?",
)
async def ready(request: Request) -> JSONResponse:
    """200 if a model answers, else 503."""
    said = _health(request)
    return JSONResponse(said, 200 if said["ready"] else 503)


@router.get(
    "/info",
    response_model=described.Information,
    responses=problems(503),
    summary="Which model is it?",
)
async def info(request: Request) -> JSONResponse:
    """The model, what it was trained on, what it needs."""
    state = request.app.state
    said = network.information(state.held.asked())
    return JSONResponse(said | {"training_allowed": state.choices.allow_training})


@router.get("/metrics", response_class=Response, summary="Counts and times, for Prometheus")
async def metrics(request: Request) -> Response:
    """Numbers since the service has begun, in Prometheus' text format."""
    kind = prometheus_client.CONTENT_TYPE_LATEST
    return Response(request.app.state.numbers.text(), headers={"content-type": kind})


@router.post(
    "/train",
    status_code=202,
    response_model=described.Job,
    responses=problems(400, 403, 408, 409, 413, 415, 422, 503),
    summary="Train the model on",
)
async def train(request: Request, wish: described.Wish) -> JSONResponse:
    """Begins a training in a process of its own. Its model takes over if it isn't worse."""
    state = request.app.state
    _check_allowed(request)
    most = state.choices.most_epochs
    if wish.epochs > most:
        raise HTTPException(422, f"epochs is {wish.epochs}; expected 1 to {most}.")
    try:
        job = state.jobs.begin(wish.epochs, state.held.asked())
    except BusyError:
        raise HTTPException(409, "A training runs already; wait for its end.") from None
    except OSError as error:
        why = "The training can't be written down here; is the disk full?"
        raise HTTPException(503, why) from error
    return JSONResponse(vars(job), 202, {"location": f"/train/{job.id}"})


@router.get(
    "/train/{job_id}",
    response_model=described.Job,
    responses=problems(404, 422),
    summary="How far is a training?",
)
async def progress(request: Request, job_id: str) -> JSONResponse:
    """The state of a training, and its accuracies when it has ended."""
    job = request.app.state.jobs.find(job_id)
    if job is None:
        raise HTTPException(404, "There is no such training; POST /train has said its id.")
    return JSONResponse(vars(job))


@router.post(
    "/model/previous",
    response_model=described.Information,
    responses=problems(403, 409, 413, 503),
    summary="Put the model before this one back",
)
async def put_back(request: Request) -> JSONResponse:
    """Exchanges the model that answers and the one that a training has replaced."""
    _check_allowed(request)
    state = request.app.state
    if not state.held.put_back():
        raise HTTPException(409, "No model was replaced, so none can be put back.")
    state.numbers.changes.inc()
    return await info(request)


def _check_allowed(request: Request) -> None:
    if not request.app.state.choices.allow_training:
        raise HTTPException(
            403, "Training is switched off; ALLOW_TRAINING=1 before the start switches it on."
        )
