"""Made-up measurements of times and memory, as `figures/times.json` holds them."""


def machine(name: str, kind: str, yardstick: float, **notebooks: tuple[float, int]) -> dict:
    """One entry; each notebook with its seconds and its megabytes, in the profile `class`."""
    found = {n: {"seconds": s, "peak_memory_mb": mb} for n, (s, mb) in notebooks.items()}
    return {
        "machine": name,
        "kind": kind,
        "precision": "float32" if kind == "float32 only" else "mixed_bfloat16",
        "yardstick": yardstick,
        "versions": {"keras": "3"},
        "profiles": {"class": {"dataset": "digits", "rounds": 3, "notebooks": found}},
    }


def machines() -> list[dict]:
    """A fast one with native bfloat16, one that was limited, and a real one of that kind."""
    limited = machine(
        "Fast, 2 cores, limited to AVX2", "float32 only", 1_500, **{"01_a": (90.0, 1_000)}
    )
    return [
        machine("Fast, 2 cores", "native bfloat16", 4_000, **{"01_a": (30.0, 900)}),
        limited,
        machine("Old, 2 cores", "float32 only", 1_000, **{"01_a": (120.0, 1_200)}),
    ]
