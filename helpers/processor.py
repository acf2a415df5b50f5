"""What this machine's processor is, looked up without TensorFlow."""

import platform
import re
from pathlib import Path


def flags_and_name() -> tuple[set[str], str]:
    """Feature flags and model name of the processor; empty flags where Linux doesn't tell.

    The name is without trade marks and clock: `Intel Xeon Processor`, not
    `Intel(R) Xeon(R) Processor @ 2.20GHz`.
    """
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    fields = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = set(fields.get("flags", "").split())
    name = fields.get("model name") or platform.processor() or platform.machine()
    return flags, readable(name)


def readable(name: str) -> str:
    """A processor's name without trade marks, and without its clock."""
    plain = re.sub(r"\((?:R|TM)\)|\bCPU\b|@ *[\d.]+ ?GHz", " ", name, flags=re.IGNORECASE)
    return " ".join(plain.split())
