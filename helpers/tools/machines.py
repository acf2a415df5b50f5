"""The machines of `figures/bench.json`: their kinds, their limits, and how an entry is replaced.

The file holds `{"machines": [...]}`, one entry a machine, number of cores and precision. A limit is
part of the machine's name: `ONEDNN_MAX_CPU_ISA=AVX2 make bench` measures how fast a processor would
be that has AVX2 and nothing more, `COURSE_PRECISION=float32` how fast this one is without bfloat16.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

LIMIT = "ONEDNN_MAX_CPU_ISA"
PRECISION = "COURSE_PRECISION"
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
NATIVE, PLAIN = "native bfloat16", "float32 only"
KINDS = (NATIVE, PLAIN)
TORCH_WAYS = ("eager", "compiled")
SAME = ("machine", "cores", "precision")
# PyTorch has kernels of its own and MKL's beside oneDNN's; each obeys another variable.
TORCH_LIMITS = {
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
    "AVX512_CORE": {"ATEN_CPU_CAPABILITY": "avx512", "MKL_ENABLE_INSTRUCTIONS": "AVX512"},
}


def asked(given: Mapping[str, str]) -> dict[str, str]:
    """What the limits in the environment ask for, as further variables: float32 under a limit.

    Args:
        given: The environment. It is refused, with the reason, where its rows would be called by
            a wrong name.
    """
    limit, precision = given.get(LIMIT, ""), given.get(PRECISION, "")
    if limit and limit not in TORCH_LIMITS:
        sys.exit(f"{LIMIT} is {limit!r}; expected {' or '.join(TORCH_LIMITS)}, or unset.")
    if precision not in ("", "float32"):
        sys.exit(
            f"{PRECISION} is {precision!r}; expected 'float32', or unset: bfloat16 is measured "
            "where it is native."
        )
    if given.get(ONEDNN) == "0":
        sys.exit(f"{ONEDNN} is 0; unset it: the rows without oneDNN set it themselves.")
    return {PRECISION: "float32"} if limit else {}


def limits(given: Mapping[str, str]) -> str:
    """What the environment limits the processor to; empty if to nothing."""
    return given.get(LIMIT) or ("float32" if given.get(PRECISION) == "float32" else "")


def described(name: str, cores: int, precision: str, limit: str) -> dict:
    """The head of an entry: what tells one machine from another, and its kind.

    Args:
        name: What the hardware is called, as `training.machine` says it.
        cores: How many of its cores are used.
        precision: What the course computes in there.
        limit: What `limits` returned.
    """
    return {
        "machine": f"{name}, limited to {limit}" if limit else name,
        "kind": PLAIN if precision == "float32" else NATIVE,
        "cores": cores,
        "precision": precision,
    }


def environment(way: str, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of the process that measures a row.

    Args:
        way: The row's way; PyTorch is limited as oneDNN is, and `eigen` does without oneDNN.
        given: The environment of this process.
    """
    limit = given.get(LIMIT)
    if way == "eigen":
        return dict(given) | {ONEDNN: "0"}
    if limit and way in TORCH_WAYS:
        return dict(given) | {"DNNL_MAX_CPU_ISA": limit} | TORCH_LIMITS[limit]
    return dict(given)


def notes(given: Mapping[str, str]) -> list[str]:
    """What a reader has to know about a limit, if there is one."""
    limit = given.get(LIMIT)
    if not limit:
        return []
    return [
        f"Measured with `{LIMIT}={limit}`: the limit holds for oneDNN and PyTorch; TensorFlow's "
        "other kernels, Eigen's among them, are as they are."
    ]


def stored(path: Path) -> dict:
    """The published entries, or none yet."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {"machines": []}


def entry_of(published: dict, machine: dict) -> dict | None:
    """The published entry of the same machine, cores and precision, if there is one."""
    found = [m for m in published["machines"] if all(m[key] == machine[key] for key in SAME)]
    return found[0] if found else None


def refuse_unknown(published: dict, machine: dict) -> None:
    """Ends the program if one network is to be measured where no others were."""
    if entry_of(published, machine) is None:
        sys.exit(
            f"figures/bench.json has no rows of this machine ({machine['machine']}, "
            f"{machine['precision']}); measure all networks together."
        )


def added(published: dict, new: dict, *, partly: bool = False) -> dict:
    """The published entries with one machine's added, or in the place of its earlier one.

    Args:
        published: As `stored` returns it.
        new: The entry of a machine.
        partly: Whether it has some of the networks only; the rows of the others are kept.
    """
    if partly:
        refuse_unknown(published, new)
        new = merged(entry_of(published, new), new)
    earlier, machines = entry_of(published, new), published["machines"]
    together = [new if one is earlier else one for one in machines]
    together += [new] if earlier is None else []
    return {"machines": sorted(together, key=lambda one: KINDS.index(one["kind"]))}


def merged(earlier: dict, new: dict) -> dict:
    """A machine's entry with some networks measured again, and a note that says so."""
    kept = [r for r in earlier["records"] if r["network"] not in new["networks"]]
    titles = [spec["title"] for spec in new["networks"].values()]
    note = f"{', '.join(titles)}: measured in a run of its own, rounds: {new['rounds']}."
    return earlier | {
        "versions": earlier["versions"] | new["versions"],
        "networks": earlier["networks"] | new["networks"],
        "records": kept + new["records"],
        "notes": list(dict.fromkeys([*earlier["notes"], *new["notes"], note])),
    }
