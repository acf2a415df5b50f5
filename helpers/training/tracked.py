"""A trained model as a folder in MLflow's format, for a tracking server."""

from pathlib import Path

import keras
import numpy as np

from helpers import config
from helpers.data import Dataset


def save(model: keras.Model, data: Dataset, folder: Path) -> None:
    """Writes a model without its optimizer, with its signature and an example of its input.

    Args:
        model: Built; it answers `(n, classes)` or another single array.
        data: What it was trained on: two of its training images are the example.
        folder: Is made; MLflow's `MLmodel` and all that belongs to it go there.

    Raises:
        ImportError: MLflow isn't installed.
    """
    import mlflow.keras
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    def tensor(dtype: object, shape: tuple) -> Schema:
        return Schema([TensorSpec(np.dtype(dtype), (-1, *shape))])

    example = data.x_train[:2]
    signature = ModelSignature(
        tensor(example.dtype, example.shape[1:]), tensor("float32", model.output_shape[1:])
    )
    folder.mkdir(parents=True)  # MLflow writes the example before it makes the folder
    packages = {name: v for name, v in config.versions().items() if name != "python"}
    mlflow.keras.save_model(
        model,
        str(folder),
        signature=signature,
        input_example=example,
        pip_requirements=[f"{name}=={version}" for name, version in packages.items()],
        save_model_kwargs={"include_optimizer": False},
    )
