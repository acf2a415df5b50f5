"""What every measuring process of `make bench` shares; needs the standard library alone."""

import sys
from pathlib import Path

CALLS = 2  # of `fit` and of `predict`, after one of each that doesn't count


def peak_memory() -> int | None:
    """The most memory this process had at any time, in bytes; None where that isn't told."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux, getrusage would tell the peak of the process that started it
        (peak,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None
