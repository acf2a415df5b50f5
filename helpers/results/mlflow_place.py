"""Where MLflow is: a server that is named, or an SQLite file in `runs/`."""

import os
from pathlib import Path

from helpers import config

SQLITE = "sqlite:///"


def uri() -> str:
    """Where MLflow's database or server is: `MLFLOW_TRACKING_URI`, else `runs/mlflow.db`."""
    named = os.environ.get("MLFLOW_TRACKING_URI") or own_uri()
    local = file_of(named)
    return f"{SQLITE}{local.resolve().as_posix()}" if local else named


def own_uri() -> str:
    """The address of `runs/mlflow.db`."""
    return f"{SQLITE}{database().as_posix()}"


def file_of(address: str) -> Path | None:
    """The SQLite file that an address names; None for a server."""
    return Path(address.removeprefix(SQLITE)) if address.startswith(SQLITE) else None


def database() -> Path:
    """The SQLite file that is used unless a server is named."""
    return config.runs_dir() / "mlflow.db"
