"""Writes entries into MLflow: a run for each execution of a notebook, in it one for each training.

Only this room knows MLflow, and imports it only when something is sent.
Client: https://mlflow.org/docs/latest/api_reference/python_api/mlflow.client.html
"""

import contextlib
import logging
import os
import time
import warnings
from pathlib import Path

from helpers import config
from helpers.results import mlflow_words as words
from helpers.results.mlflow_place import file_of

EXPERIMENT = "cnn-course"
MOST = 1_000  # metrics in one call, MLflow's limit
NOTEBOOK_FACTS = ("seconds", "peak_memory_mb", "points")


@contextlib.contextmanager
def quiet():
    """Within the block, libraries' warnings about each other are not shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def settle() -> None:
    """Before MLflow is imported: no reports to its makers, no long patience with a server."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")


def client(address: str):
    """An `MlflowClient`, without MLflow's own log lines.

    A new SQLite file is made here; two processes must not do that at a time.

    Raises:
        ImportError: MLflow isn't installed.
    """
    settle()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    local = file_of(address)
    if local:
        local.parent.mkdir(parents=True, exist_ok=True)
    return mlflow.MlflowClient(address)


def experiment(client, name: str, local: bool) -> tuple[str, bool]:
    """The id of an experiment, which is made if there is none; and whether it was made now.

    Args:
        client: An `MlflowClient`.
        name: Of the experiment.
        local: Whether its files go to `runs/mlflow-artifacts`; else the server decides.
    """
    found = client.get_experiment_by_name(name)
    if found:
        if found.lifecycle_stage == "deleted":  # on the page; it would refuse all new runs
            client.restore_experiment(found.experiment_id)
        return found.experiment_id, False
    place = (config.runs_dir() / "mlflow-artifacts").as_uri() if local else None
    return client.create_experiment(name, artifact_location=place), True


def is_final(error: Exception) -> bool:
    """Whether a record will never be taken, however often it is sent."""
    if isinstance(error, KeyError | TypeError | ValueError | AttributeError):
        return True
    return getattr(error, "error_code", "") in ("INVALID_PARAMETER_VALUE", "BAD_REQUEST")


class Store:
    """The course's experiment in MLflow.

    Args:
        address: Of the database or the server.

    Attributes:
        experiment: Its id.
        is_new: Whether it was made now.
    """

    def __init__(self, address: str):
        self.client = client(address)
        local = file_of(address) is not None
        self.experiment, self.is_new = experiment(self.client, EXPERIMENT, local)

    def send(self, identity: str, record: dict, origin: dict, files: Path | None) -> None:
        """Writes one entry; what is there already is completed, not written twice.

        Args:
            identity: Of the record.
            record, origin: What `waiting.read` gives.
            files: The entry's folder, if something lies in it.
        """
        kind = record["kind"]
        if kind == "notebook":
            for whole in self._of_execution(origin) or [self._parent(record, origin)]:
                self._send_notebook(whole, origin, files)
            return
        parent = self._parent(record, origin)
        if kind == "training":
            self._send_training(identity, record, origin, parent, files)
        elif kind == "measurement":
            self._log(parent, words.measured(record), time.time_ns() // 1_000_000)
        elif kind == "table":
            self.client.log_dict(parent, record, f"tables/{words.slug(record['name'])}.json")

    def answers(self) -> bool:
        """Whether the server answers now, and has the experiment open."""
        try:
            return self.client.get_experiment(self.experiment).lifecycle_stage == "active"
        except Exception:
            return False

    def _find(self, **tags: str) -> list:
        wanted = " and ".join(f"tags.`course.{k}` = '{v}'" for k, v in tags.items())
        return list(self.client.search_runs([self.experiment], wanted))

    def _of_execution(self, origin: dict) -> list[str]:
        """The runs of an execution of a notebook: one for each dataset."""
        return [run.info.run_id for run in self._find(**words.execution(origin))]

    def _parent(self, record: dict, origin: dict) -> str:
        """The run of an execution of a notebook on one dataset; made with its first record."""
        where, known = words.tags(record), words.execution(origin)
        for run in self._find(**known):
            same = {k: v for k, v in where.items() if k in run.data.tags}
            if same.items() <= run.data.tags.items():
                if run.info.status == "RUNNING":  # whoever made it was stopped
                    self._tell(run.info.run_id, origin)
                return run.info.run_id
        tags = {f"course.{key}": value for key, value in known.items()}
        took = round(1_000 * (origin.get("seconds") or 0))
        made = self.client.create_run(
            self.experiment,
            tags=tags | where | words.version(origin),
            run_name=words.title(record, origin),
            start_time=time.time_ns() // 1_000_000 - took,
        )
        self._tell(made.info.run_id, origin)
        return made.info.run_id

    def _tell(self, run: str, origin: dict) -> None:
        """Writes the facts about an execution; the same again changes nothing."""
        facts = {**(origin.get("parameters") or {}), "student": origin.get("student", "")}
        for name, value in facts.items():
            if value not in (None, ""):
                self.client.log_param(run, words.key(name), words.text(value))
        self.client.set_terminated(run)

    def _send_training(self, identity, record, origin, parent, files) -> None:
        found = self._find(record=identity)
        whole = next((run for run in found if run.info.status == "FINISHED"), None)
        if whole is None:
            for half in found:  # whoever wrote it was stopped
                self.client.delete_run(half.info.run_id)
            whole = self._new_training(identity, record, origin, parent, files)
        elif files and (files / "model").is_dir() and not self._has_model(whole.info.run_id):
            # sent before without its model, by a command that knew the record alone
            self.client.log_artifacts(whole.info.run_id, str(files / "model"), "model")
            self.client.set_tag(whole.info.run_id, "mlflow.parentRunId", parent)
        tested = {k: record.get(k) for k in ("test_accuracy", "test_loss", "test_looks")}
        self._log(whole.info.run_id, tested, time.time_ns() // 1_000_000)

    def _has_model(self, run: str) -> bool:
        return any(found.path == "model" for found in self.client.list_artifacts(run))

    def _new_training(self, identity, record, origin, parent, files):
        from mlflow.entities import Metric, Param, RunTag

        curves = words.curves(record)
        end = time.time_ns() // 1_000_000
        begin = end - round(1_000 * record.get("seconds", 0))
        run = self.client.create_run(
            self.experiment,
            start_time=begin,
            run_name=f"{record['model']}, seed {record['seed']}"[: words.LONGEST_NAME],
            tags={
                "course.level": "training",
                "course.record": identity,
                "mlflow.parentRunId": parent,
                **words.tags(record),
                **words.version(origin),
            },
        )
        place = run.info.run_id
        parameters = [Param(k, v) for k, v in words.parameters(record).items()]
        tags = [RunTag(f"version.{k}", v) for k, v in record.get("versions", {}).items()]
        self.client.log_batch(place, params=parameters, tags=tags)
        points = [Metric(name, v, begin + step, step) for name, step, v in curves]
        for first in range(0, len(points), MOST):
            self.client.log_batch(place, metrics=points[first : first + MOST])
        names = ("val_accuracy", "parameter_count", "seconds", "images_per_second")
        last = {f"final_{n}" if n == "val_accuracy" else n: record.get(n) for n in names}
        self._log(place, last, end)
        if files and (files / "model").is_dir():
            self.client.log_artifacts(place, str(files / "model"), "model")
        self.client.log_dict(place, record, "record.json")
        self.client.set_terminated(place, end_time=end)
        return run

    def _send_notebook(self, parent: str, origin: dict, files: Path | None) -> None:
        if files and (files / "executed.ipynb").is_file():
            self.client.log_artifact(parent, str(files / "executed.ipynb"))
        facts = {name: origin.get(name) for name in NOTEBOOK_FACTS}
        self._log(parent, facts, time.time_ns() // 1_000_000)
        if origin.get("state"):
            self.client.set_tag(parent, "state", words.text(origin["state"]))
            status = "FINISHED" if origin["state"] == "ok" else "FAILED"
            self.client.set_terminated(parent, status)

    def _log(self, run: str, values: dict, moment: int, step: int = 0) -> None:
        from mlflow.entities import Metric

        kept = {k: v for k, v in values.items() if words.is_number(v)}
        metrics = [Metric(words.key(k), float(v), moment, step) for k, v in kept.items()]
        if metrics:
            self.client.log_batch(run, metrics=metrics)
