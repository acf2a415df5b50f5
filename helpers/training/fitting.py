"""The one door through which every model of the course is trained."""

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import keras
import numpy as np

from helpers import config, results
from helpers.config import Settings
from helpers.data import Dataset, fingerprint
from helpers.training import cache, hardware, keeping, speed, traces, tracked
from helpers.training.feeding import Augment, Mix, batches, one_hot
from helpers.training.identity import UnknownError
from helpers.training.keeping import Keeper
from helpers.training.progress import Progress

# Part of every cache key: raise it when `fit`, `batches` or `speed` begin to work differently.
PROCEDURE = 3


@dataclass(frozen=True)
class Training:
    """One finished training.

    Attributes:
        model: The trained model, in the state after the last epoch; after that of the best one if
            a callback restored it.
        history: One list a metric, one float an epoch: `loss`, `accuracy`, `val_loss`, …
        seconds: Time that the training took, also if it was done earlier and comes from the cache.
        name: What the model is called in tables and records.
        seed: The training seed.
        settings: The notebook's settings.
        record: The JSON record of this training.
    """

    model: keras.Model
    history: dict[str, list[float]]
    seconds: float
    name: str
    seed: int
    settings: Settings
    record: Path


def fit(
    model: keras.Model,
    data: Dataset,
    settings: Settings,
    *,
    name: str,
    seed: int,
    batch_size: int | None = None,
    epochs: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    augment: Augment | None = None,
    mix: Mix | None = None,
) -> Training:
    """Trains a compiled model on the training part; the test part is never looked at.

    The same training is never done twice: its result is kept in the cache, under a hash of
    everything that decides it. A training that was interrupted goes on after its last kept epoch,
    unless one of its callbacks is of another kind than `keeping.RESUMABLE` names: what such a
    callback remembers can't be kept, so the training begins again.

    Args:
        model: Built and compiled; trained in place.
        data: Trains on `x_train`, `y_train` and validates on `x_val`, `y_val`.
        settings: The notebook's settings: name, profile, epochs, cache on or off.
        name: What the model is called in tables and records.
        seed: Decides the order of the images in every epoch, and is written into the record.
        batch_size: Images in one step; None takes what suits the hardware.
        epochs: Passes over the training images; None takes the settings'.
        callbacks: New Keras callbacks, for example early stopping.
        augment: Changes the training images batch by batch, see `feeding.batches`; None leaves
            them as they are.
        mix: Mixes the images of a batch, and their labels, see `feeding.batches`. The model then
            gets one-hot labels, in validation as well, so it is compiled with
            `"categorical_crossentropy"`. Its training accuracy counts the larger part as right.

    Returns:
        A `Training`.

    Raises:
        ValueError: The model is not built, not compiled, or reports no accuracy, or a callback was
            used before, or `augment` or `mix` returns something else than it is to change, or the
            loss doesn't take the labels that it will get.
    """
    _check(model, callbacks)
    y_train, y_val = _labels(model, data, mix)
    epochs = epochs or settings.epochs
    batch_size = batch_size or hardware.look().batch_size
    model.optimizer.build(model.trainable_variables)
    recipe, identity = _identity(model, data, seed, batch_size, epochs, callbacks, augment, mix)
    use_cache = settings.use_cache and identity is not None
    finished = config.cache_dir() / "trainings" / f"{identity}.npz"
    unfinished = config.cache_dir() / "unfinished" / f"{identity}.npz"
    progress = Progress(name, seed, epochs)
    kept = cache.load(finished, model) if use_cache else None
    if kept is None:
        resumable = use_cache and all(map(keeping.is_resumable, callbacks))
        path = unfinished if resumable else None
        changes = {"seed": seed, "augment": augment, "mix": mix}
        feed = partial(batches, data.x_train, y_train, batch_size, **changes)
        val, steps = batches(data.x_val, y_val), math.ceil(len(y_train) / batch_size)
        traces.build_metrics(model, y_train)
        facts, files = _train(
            model, feed, val, steps, batch_size, epochs, callbacks, progress, path
        )
        facts["images_per_second"] = round(
            len(facts["history"]["loss"]) * len(y_train) / facts["seconds"], 1
        )
        if use_cache and cache.save(finished, model, facts, files):
            with contextlib.suppress(OSError):
                unfinished.unlink()
    else:
        facts = kept[0]
        keeping.write_files(callbacks, kept[1])
        _as_if_trained(callbacks, model, facts)
    facts |= _kept_epoch(callbacks)
    progress.finish(facts, cached=kept is not None)
    record = results.save_training(
        settings,
        data,
        model=name,
        seed=seed,
        epochs=epochs,
        recipe=recipe,
        parameters={
            "batch_size": batch_size,
            "optimizer": keras.optimizers.serialize(model.optimizer)["config"],
        },
        parameter_count=model.count_params(),
        facts={k: v for k, v in facts.items() if k != "callbacks"},
        save_model=partial(tracked.save, model, data),
    )
    return Training(model, facts["history"], facts["seconds"], name, seed, settings, record)


def reports_accuracy(model: keras.Model) -> bool:
    """Whether a compiled model has a metric that is named exactly `accuracy`."""
    metrics = (model.get_compile_config() or {}).get("metrics") or []
    listed = metrics if isinstance(metrics, list) else [metrics]
    names = [m["config"].get("name") if isinstance(m, dict) else m for m in listed]
    return "accuracy" in names


def _check(model: keras.Model, callbacks: Sequence[keras.callbacks.Callback]) -> None:
    if not model.built:
        raise ValueError("the model has no weights yet; begin it with keras.Input((32, 32, 3)).")
    if not model.compiled:
        raise ValueError("the model is not compiled; call model.compile(...) before fit.")
    if not reports_accuracy(model):
        raise ValueError("the model reports no accuracy; compile it with metrics=['accuracy'].")
    if any(getattr(callback, "model", None) is not None for callback in callbacks):
        raise ValueError("a callback was used before; make new ones for each training.")


def _labels(model: keras.Model, data: Dataset, mix: Mix | None) -> tuple[np.ndarray, np.ndarray]:
    """Labels for training and validation: integers, or one-hot where images are mixed."""
    if mix is None:
        return data.y_train, data.y_val
    loss = model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "name", getattr(loss, "__name__", ""))
    if name.startswith("sparse"):
        raise ValueError(
            f"mix gives one-hot labels, and the loss {name} takes integers; compile the model with "
            "'categorical_crossentropy'."
        )
    return one_hot(data.y_train, len(data.class_names)), one_hot(data.y_val, len(data.class_names))


def _identity(
    model, data, seed, batch_size, epochs, callbacks, augment, mix
) -> tuple[str | None, str | None]:
    """Keys of the recipe (the same for all seeds) and of this training; None if uncertain."""
    try:
        described = cache.describe_model(model)
        training = cache.describe_recipe(model, list(callbacks), augment, mix)
        state = [np.asarray(variable) for variable in model.optimizer.variables]
    except UnknownError as error:
        print(f"Not cached: {error}.")
        return None, None
    weights = described.pop("weights")
    recipe = [described, training, batch_size, epochs, PROCEDURE, data.fingerprint]
    own = [weights, fingerprint(*state), seed, config.versions(), hardware.look().kernels]
    return cache.key(recipe), cache.key([recipe, own])


def _kept_epoch(callbacks) -> dict[str, int]:
    """Whose weights the model has, if a callback restored those of the best epoch."""
    kinds = [c for c in callbacks if isinstance(c, keras.callbacks.EarlyStopping)]
    restored = [c.best_epoch for c in kinds if c.restore_best_weights]
    return {"kept_epoch": restored[-1]} if restored else {}


def _as_if_trained(callbacks, model, facts) -> None:
    """Leaves callbacks as the training left them whose result comes from the cache."""
    for callback, attributes in zip(callbacks, facts["callbacks"], strict=True):
        callback.set_model(model)
        vars(callback).update(attributes)


def _train(model, feed, val, steps, batch_size, epochs, callbacks, progress, unfinished) -> tuple:
    """Trains, from the last kept epoch on if there is one; returns facts and written files."""
    kept = cache.load(unfinished, model) if unfinished else None
    facts, arrays = kept or ({"epoch": 0, "history": {}, "seconds": 0.0, "callbacks": []}, {})
    keeper = Keeper(unfinished, facts, arrays, callbacks, epochs)
    first = facts["epoch"]
    with (
        traces.lent(model) as lender,
        speed.fused(lender),
        speed.steps_a_call(lender, steps, batch_size, callbacks),
        traces.kept(lender),
    ):
        lender.fit(
            feed(epochs=range(first, epochs)),
            validation_data=val,
            epochs=epochs,
            initial_epoch=first,
            steps_per_epoch=steps,
            callbacks=[*callbacks, keeper, progress],
            shuffle=False,
            verbose=0,
        )
    for callback in callbacks:
        callback.set_model(model)
    facts = {
        "history": keeper.history,
        "seconds": round(keeper.seconds(), 2),
        "hardware": str(hardware.look()),
        "versions": config.versions(),
        "callbacks": [keeping.plain_attributes(callback) for callback in callbacks],
    }
    return facts, keeper.files()
