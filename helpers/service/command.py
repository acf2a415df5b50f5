"""Serves a model over HTTP, here alone, until it is interrupted.

    python -m helpers.service [--model FILE.keras] [--port 8000]

Without a model it takes the newest one that notebook 13 has saved, else the course's published one.
ALLOW_TRAINING=1 switches POST /train on. Nobody is asked for a password: with another `--host` than
127.0.0.1, whoever reaches the port can use it.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from helpers.service import started


def main() -> None:
    """Opens the model, listens, and says where."""
    options = _options()
    missing = started.missing()
    if missing:
        sys.exit(
            f"The service needs packages that are missing ({', '.join(missing)}). Install them "
            "with: make setup EXTRAS=service"
        )
    from helpers import training  # noqa: F401 (it starts TensorFlow without its log lines)

    # isort: split
    import uvicorn

    from helpers import models
    from helpers.service import app, lifeline, network, server, stored
    from helpers.service.choices import OWN_HOSTS, Choices

    choices = Choices(
        model=Path(options.model) if options.model else stored.newest(),
        host=options.host,
        port=options.port,
        hosts=(*OWN_HOSTS, *options.hosts),
        allow_training=os.environ.get("ALLOW_TRAINING") == "1",
        wait_ms=options.wait_ms,
    )
    served, reason = None, app.NO_MODEL
    try:
        where = server.listening(choices)
        if choices.model and choices.model.exists():
            served = network.opened(choices.model)
        elif choices.model:
            reason = f"There is no file {choices.model.name}; name one with MODEL=file.keras."
    except (server.PortError, models.ModelError) as error:
        sys.exit(str(error))
    built = app.create_app(choices, served, reason)

    def begin(running: uvicorn.Server) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # uvicorn's own stand over these
            signal.signal(number, lambda *_: setattr(running, "should_exit", True))
        host, port = where.getsockname()[:2]
        what = f"{choices.model.name}, version {served.version}" if served else reason
        print(f"Serving at http://{host}:{port}/ (Ctrl-C ends it). {what}", flush=True)
        if options.with_parent:
            lifeline.end_with_parent(lambda: signal.raise_signal(signal.SIGTERM))

    server.serve(built, choices, where, begin, alone=True)
    print("The service has ended.", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m helpers.service", description=__doc__)
    parser.add_argument("--model", help="a .keras file with its side file .json beside it")
    parser.add_argument("--port", type=_port, default=8000, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--hosts", nargs="*", default=[], help="more names it may be asked by")
    parser.add_argument(
        "--wait-ms",
        type=float,
        default=5.0,
        help="how long a picture waits for others; 0 asks for each alone",
    )
    parser.add_argument("--with-parent", action="store_true", help="end when the input is closed")
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; expected a number to 65535")
    return int(text)
