"""The service as one application, put together from its rooms.

Built with FastAPI (https://fastapi.tiangolo.com) on Starlette.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import TextIO

from fastapi import FastAPI

from helpers.service import intake, operations, pages, pictures, refusals
from helpers.service.choices import MOST_PICTURES, Choices
from helpers.service.guard import Guard
from helpers.service.jobs import Jobs
from helpers.service.network import Held, Network
from helpers.service.together import Asker
from helpers.service.watch import Numbers, Watch

NO_MODEL = "No model is served; train one in notebook 13, then start the service again."
DESCRIPTION = "A small network that says what a picture shows: notebook 13 of the CNN course."


def create_app(
    choices: Choices,
    served: Network | None = None,
    reason: str = NO_MODEL,
    log: TextIO | None = None,
) -> FastAPI:
    """The service as an ASGI application.

    Args:
        choices: Its settings.
        served: The network that answers; None if there is none.
        reason: Why there is none, in one sentence.
        log: Where the lines of the log go; None is the standard output.
    """
    held, numbers = Held(served), Numbers()
    jobs = Jobs(held, numbers.count_training)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.decoded = intake.decoder()
        told = numbers.together.observe
        asker = Asker(held.asked, choices.wait_ms, MOST_PICTURES, told)
        app.state.asker = asker
        yield
        await jobs.close()
        asker.close()

    title = "A classifier of small pictures"
    options = {"docs_url": None, "redoc_url": None, "lifespan": lifespan}
    app = FastAPI(title=title, description=DESCRIPTION, version="1", **options)
    app.state.choices, app.state.reason = choices, reason
    app.state.held, app.state.numbers, app.state.jobs = held, numbers, jobs
    for room in (pictures, operations, pages):
        app.include_router(room.router)
    refusals.add(app)
    app.add_middleware(Guard, hosts=choices.hosts)
    app.add_middleware(intake.Limits, choices=choices)
    app.add_middleware(Watch, numbers=numbers, log=log)
    return app
