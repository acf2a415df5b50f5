"""What trainings run on, looked at once; TensorFlow imported without its start-up lines."""

import logging
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from helpers import config, processor, storage
from helpers.config import Settings
from helpers.errors import PlainError
from helpers.training import backend


@contextmanager
def silent():
    """Sends what native code writes to the error stream to nowhere, within the `with` block."""
    sys.stderr.flush()
    keep = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(keep, 2)
            os.close(keep)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if platform.machine() in ("x86_64", "AMD64") and "tensorflow" not in sys.modules:
    # By itself TensorFlow takes oneDNN's kernels only where the processor has AVX512_VNNI,
    # AVX512_BF16 or AMX; most laptops have AVX2, and are 1.2 to 1.5 times as fast with them.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
with silent():
    try:
        import keras
    except (ValueError, OSError) as error:
        raise backend.unreadable(error) from error
    import tensorflow as tf
    from tensorflow.python.util import _pywrap_util_port

backend.settle(keras)
# A notebook makes many small models; TensorFlow warns that each is traced anew.
logging.getLogger("tensorflow").setLevel(logging.ERROR)


BATCH_SIZE = 128
PRECISIONS = ("float32", "mixed_bfloat16")


class RunsError(PlainError):
    """The folder for records can't be written."""


@dataclass(frozen=True)
class Hardware:
    """What trainings run on.

    Attributes:
        device: `"GPU"` or `"CPU"`.
        name: The processor's own name, with the number of cores for a CPU.
        batch_size: Images in one training step.
        precision: Name of the Keras dtype policy.
        kernels: Whose kernels TensorFlow computes with on the processor: `"oneDNN"` or `"Eigen"`.
            They add numbers up in another order, so they decide a result, too.
    """

    device: str
    name: str
    batch_size: int
    precision: str
    kernels: str

    def __str__(self) -> str:
        return (
            f"{self.device} {self.name}, batch size {self.batch_size}, {self.precision}, "
            f"{self.kernels}"
        )


@cache
def look() -> Hardware:
    """Looks at the machine once: GPU or CPU, batch size, precision.

    The batch size is the same everywhere, so that learning rates and results carry over from one
    machine to another; smaller batches were slower on CPUs, too.

    bfloat16 is chosen where the machine is faster in it, float32 elsewhere: a GPU of compute
    capability 8.0 or more, a CPU as `processor.computes_bfloat16` says. `COURSE_PRECISION`
    overrides that.

    Raises:
        ValueError: `COURSE_PRECISION` is none of `PRECISIONS`.
    """
    with silent():
        gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        native = details.get("compute_capability", (0, 0)) >= (8, 0)
        device, name = "GPU", details.get("device_name", "unknown")
    else:
        flags, name = processor.flags_and_name()
        native = processor.computes_bfloat16(flags, name)
        device, name = "CPU", f"{name}, {os.cpu_count()} cores"
    wanted = os.environ.get("COURSE_PRECISION") or PRECISIONS[native]
    precision = config.choose("COURSE_PRECISION", wanted, PRECISIONS)
    kernels = "oneDNN" if _pywrap_util_port.IsMklEnabled() else "Eigen"
    return Hardware(device, name, BATCH_SIZE, precision, kernels)


def start(
    notebook: str,
    kind: str,
    dataset: str | None = None,
    profile: str | None = None,
    data_dir: str | None = None,
    seeds: Sequence[int] | str | None = None,
    epochs: int | None = None,
    use_cache: bool | None = None,
    precision: str | None = None,
    about: str = "cifar10",
) -> Settings:
    """Settles what a notebook runs with, and says in two lines what runs where.

    Sets Keras' dtype policy: new layers compute in the machine's precision. Another line tells
    which of Keras' own settings don't count here, if there are any.

    Args:
        notebook, kind, dataset, profile, data_dir, seeds, epochs, use_cache: As in
            `config.resolve`.
        precision: A dtype policy that the notebook needs on every machine; None takes the
            machine's.
        about: As in `config.resolve`.

    Raises:
        ValueError: A parameter or an environment variable has a value that is not allowed.
        RunsError: Nothing can be written where records go.
    """
    given = (dataset, profile, data_dir, seeds, epochs, use_cache)
    settings = config.resolve(notebook, kind, *given, about=about)
    why = storage.refusal(settings.runs_dir)
    if why:
        raise RunsError(
            f"{settings.runs_dir} can't be written ({why}); records and models go there. Name a "
            "folder of your own in COURSE_RUNS before Jupyter is started, or in a cell above: "
            "import os; os.environ['COURSE_RUNS'] = 'my-runs'"
        )
    machine, mode = look(), config.tracking()
    keras.config.set_dtype_policy(precision or machine.precision)
    print(f"Profile {settings.profile}: {settings.epochs} epochs, seeds {list(settings.seeds)}")
    print(f"Running on {machine.device} {machine.name}, {precision or machine.precision}")
    if backend.set_aside():
        print(backend.set_aside())
    if mode:
        print(f"COURSE_TRACKING={mode}: {config.TRACKING[mode]}")
    return settings
