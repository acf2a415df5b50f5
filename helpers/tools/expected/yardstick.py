"""How fast this machine trains: a fixed small training in a process of its own.

    python -m helpers.tools.expected.yardstick

prints the result as JSON. `speed_here` starts that, and keeps the result in the cache, so that the
next command needs no measurement. The training takes the same way as the course's.
"""

import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers import config, processor
from helpers.tools import endings
from helpers.tools.expected import times

CALLS, STEPS = 3, 16
KEPT_DAYS = 30
LIMIT_SECONDS = 120
BUSY = 0.5  # load a core at which a result is not kept: it says little about the machine
COMMAND = (sys.executable, "-m", "helpers.tools.expected.yardstick")
SETTINGS = (
    "COURSE_PRECISION",
    "TF_ENABLE_ONEDNN_OPTS",
    "ONEDNN_MAX_CPU_ISA",
    "TF_NUM_INTRAOP_THREADS",
    "CUDA_VISIBLE_DEVICES",
)


@dataclass(frozen=True)
class Speed:
    """How fast a machine trains.

    Attributes:
        machine: Its name, see `times.machine_name`.
        precision: Name of the Keras dtype policy.
        images_per_second: Of the fixed small training.
    """

    machine: str
    precision: str
    images_per_second: float

    @property
    def kind(self) -> str:
        """One of `machines.KINDS`."""
        return times.kind_of(self.precision)


def speed_here(force: bool = False) -> Speed | None:
    """How fast this machine trains; None if it can't be measured. Takes seconds, or none.

    Args:
        force: Measures also if a result is kept.
    """
    kept, wanted, now = _kept(), key(), time.time()
    for entry in [] if force else kept:
        if entry["key"] == wanted and 0 <= now - entry["at"] < KEPT_DAYS * 86_400:
            return Speed(**entry["speed"])
    busy = is_busy()
    speed = _measured_apart()
    if speed and not busy:
        new = {"key": wanted, "at": int(now), "speed": asdict(speed)}
        _keep([new, *(entry for entry in kept if entry["key"] != wanted)])
    return speed


def key(environment: Mapping[str, str] = os.environ) -> dict[str, object]:
    """What decides the speed, as far as it is known without TensorFlow.

    Args:
        environment: Where the settings of TensorFlow and of the course are looked up.
    """
    flags, name = processor.flags_and_name()
    return {
        "processor": f"{platform.machine()} {name}",
        "bfloat16": sorted({"avx512_bf16", "amx_bf16"} & flags),
        "cores": _cores(),
        "settings": {name: environment.get(name) for name in SETTINGS},
        "versions": config.versions(),
    }


def _file() -> Path:
    return config.cache_dir() / "yardstick.json"


def _kept() -> list[dict]:
    """What was measured before; nothing if that can't be read."""
    try:
        entries = json.loads(_file().read_text(encoding="utf-8"))
        for entry in entries:
            Speed(**entry["speed"]), entry["key"], entry["at"] + 0
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return entries


def _keep(entries: list[dict]) -> None:
    from helpers import storage

    with contextlib.suppress(OSError):
        storage.write_whole(_file(), json.dumps(entries, indent=1) + "\n")


def _cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_busy() -> bool:
    """Whether other programs compute here, so that what is measured says little."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return load > BUSY * _cores()


def _measured_apart() -> Speed | None:
    """Runs the training in a new process; None if that fails or takes too long."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    try:
        with endings.started([*COMMAND], grace=0, cwd=config.course_root(), **pipes) as process:
            said = process.communicate(timeout=LIMIT_SECONDS)[0]
        return Speed(**json.loads(said.splitlines()[-1])) if process.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError, TypeError, IndexError):
        return None


def main() -> None:
    """Measures in the precision that the course computes in here, and prints the result."""
    # Imported first: it starts TensorFlow without its log lines.
    from helpers import training

    import keras  # isort: skip

    keras.config.set_dtype_policy(training.machine().precision)
    speed = Speed(
        times.machine_name(training.machine().name),
        training.machine().precision,
        round(measured(), 1),
    )
    print(json.dumps(asdict(speed)))


def measured(calls: int = CALLS, steps: int = STEPS) -> float:
    """Images a second in the median call of `fit`, in the dtype policy that is set.

    Args:
        calls: How many count; one more comes before them.
        steps: Training steps of a call.
    """
    from helpers import training

    import keras  # isort: skip
    import numpy as np

    keras.utils.set_random_seed(0)
    batch, rng = training.machine().batch_size, np.random.default_rng(0)
    images = rng.integers(0, 256, (steps * batch, 32, 32, 3), np.uint8)
    labels, seconds, model = rng.integers(0, 10, len(images)), [], network()
    with training.fused(model), training.steps_a_call(model, steps, batch):
        for _ in range(calls + 1):
            began = time.perf_counter()
            _train(model, images, labels, batch, steps)
            seconds.append(time.perf_counter() - began)
    return len(images) / statistics.median(seconds[1:])


def network():
    """The fixed small network, compiled: two convolutions, each with batch normalisation."""
    import keras
    from keras import layers

    blocks = [
        layer
        for filters in (32, 64)
        for layer in (
            layers.Conv2D(filters, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
        )
    ]
    parts = [keras.Input((32, 32, 3)), layers.Rescaling(1 / 255), *blocks, layers.Flatten()]
    model = keras.Sequential([*parts, layers.Dense(10, "softmax", dtype="float32")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _train(model, images, labels, batch: int, steps: int) -> None:
    from helpers import training

    fed = training.batches(images, labels, batch, seed=0)
    model.fit(fed, epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)


if __name__ == "__main__":
    main()
