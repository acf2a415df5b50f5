"""What lies in MLflow after a test has sent something."""

from helpers.results import mlflow_store, tracking


def runs(level: str) -> list:
    """The runs of trainings (`"training"`) or of executions (`"notebook"`)."""
    with mlflow_store.quiet():
        return mlflow_store.Store(tracking.address())._find(level=level)
