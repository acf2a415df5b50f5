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


def computes_bfloat16(flags: set[str], name: str) -> bool:
    """Whether a processor trains faster in bfloat16 than in float32.

    With AMX it does, and so do AMD's processors with AVX512_BF16. Intel's have no more
    multiply-adds a cycle by AVX512_BF16 than in float32, and converting costs: on an Intel Xeon
    without AMX networks of the course trained 0.6 to 0.7 times as fast with it.

    Args:
        flags, name: As `flags_and_name` tells them.
    """
    return "amx_bf16" in flags or ("avx512_bf16" in flags and "Intel" not in name)


def readable(name: str) -> str:
    """A processor's name without trade marks, and without its clock."""
    plain = re.sub(r"\((?:R|TM)\)|\bCPU\b|@ *[\d.]+ ?GHz", " ", name, flags=re.IGNORECASE)
    return " ".join(plain.split())
