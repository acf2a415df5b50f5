"""What trainings run on, looked at once; TensorFlow imported without its start-up lines."""

import logging
import os
import platform
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@contextmanager
def _silent_start():
    """Sends what native code writes to the error stream to nowhere, for the time of an import."""
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
with _silent_start():
    import tensorflow as tf

# A notebook makes many small models; TensorFlow warns that each is traced anew.
logging.getLogger("tensorflow").setLevel(logging.ERROR)


BATCH_SIZE = 128


@dataclass(frozen=True)
class Hardware:
    """What trainings run on.

    Attributes:
        device: `"GPU"` or `"CPU"`.
        name: The processor's own name, with the number of cores for a CPU.
        batch_size: Images in one training step.
        precision: Name of the Keras dtype policy.
    """

    device: str
    name: str
    batch_size: int
    precision: str

    def __str__(self) -> str:
        return f"{self.device} {self.name}, batch size {self.batch_size}, {self.precision}"


@cache
def look() -> Hardware:
    """Looks at the machine once: GPU or CPU, batch size, precision.

    The batch size is the same everywhere, so that learning rates and results carry over from one
    machine to another; smaller batches were slower on CPUs, too.

    bfloat16 is chosen where the machine computes it natively, float32 elsewhere: a GPU of compute
    capability 8.0 or more, a CPU with AVX512_BF16 or AMX.
    """
    with _silent_start():
        gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        native = details.get("compute_capability", (0, 0)) >= (8, 0)
        device, name = "GPU", details.get("device_name", "unknown")
    else:
        flags, name = _cpu()
        native = bool({"avx512_bf16", "amx_bf16"} & flags)
        device, name = "CPU", f"{name}, {os.cpu_count()} cores"
    return Hardware(device, name, BATCH_SIZE, "mixed_bfloat16" if native else "float32")


def _cpu() -> tuple[set[str], str]:
    """Feature flags and model name of the processor; empty flags where Linux doesn't tell."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    fields = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = set(fields.get("flags", "").split())
    return flags, fields.get("model name") or platform.processor() or platform.machine()
