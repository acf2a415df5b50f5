"""Table and charts of what `make bench` measured, made from its records alone."""

import json
import statistics
from pathlib import Path

from helpers import storage
from helpers.tools import readme_file
from helpers.tools.bench.chart import alt_text, chart, files, heading
from helpers.tools.bench.ways import PRECISIONS, STALL_SECONDS, label, rows
from helpers.tools.machines import NATIVE


def write(published: dict, folder: Path) -> None:
    """Writes `bench.json`, `bench.md` and the charts, and shows these in the README.

    Args:
        published: The entries of all machines, as `machines.added` returns them.
        folder: Where the files go.
    """
    charts = {name: chart(measured) for name, measured in files(published).items()}
    text, readme = page(published), readme_file.PATH.read_text(encoding="utf-8")
    shown = readme_file.with_part(readme, "speed", pictures(published))
    storage.write_whole(folder / "bench.json", json.dumps(published, indent=1) + "\n")
    storage.write_whole(folder / "bench.md", text)
    for name, svg in charts.items():
        storage.write_whole(folder / name, svg)
    storage.write_whole(readme_file.PATH, shown)


def pictures(published: dict) -> str:
    """The charts of all machines, as the README shows them."""
    charts = files(published).items()
    return "\n\n".join(f"![{alt_text(measured)}](figures/{name})" for name, measured in charts)


def page(published: dict) -> str:
    """The tables of all machines, and how to read them, as Markdown."""
    lines = [
        "# How fast the course trains",
        "",
        "A part for each processor, those with native bfloat16 first. Medians of several rounds, "
        "in which the rows took turns, each in a process of its own; in brackets the smallest and "
        "the largest.",
        "",
        "- Images a second: in the steps alone; in whole calls of `fit`, feeding included; in "
        "calls of `predict` (Keras as it comes takes batches of 32 there, the others larger ones).",
        "- × Keras: how many times as fast, by the steps, as Keras as it comes, in the same "
        "precision; beside it in float32, or without oneDNN.",
        "- × PyTorch: the same against the faster of PyTorch's rows in the same precision.",
        "- Without oneDNN: TensorFlow takes oneDNN's kernels by itself only on processors with "
        "AVX512_VNNI, AVX512_BF16 or AMX. The course switches them on everywhere on x86, and in "
        "all other rows they are on. Measured where there is no native bfloat16.",
        "- Limit: the convolutions of the network alone, forward and backward, one by one.",
        f"- Stalled: calls that ended more than {STALL_SECONDS} s after their last step.",
        "- Peak memory: of the process, training only.",
        "",
    ]
    for measured in published["machines"]:
        lines += [*part(measured), ""]
    return "\n".join(lines).rstrip() + "\n"


def part(measured: dict) -> list[str]:
    """The lines of one machine: its name, versions, tables and notes."""
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    second = "float32" if measured["kind"] == NATIVE else "without oneDNN"
    lines = [
        f"## {heading(measured)}",
        "",
        f"{measured['cores']} cores used; {measured['rounds']} rounds. Versions: {versions}.",
    ]
    table = rows(measured)
    for name, network in measured["networks"].items():
        title = network["title"][0].upper() + network["title"][1:]
        lines += [
            "",
            f"### {title}: {network['parameter_count']:,} parameters, "
            f"batch size {network['batch_size']}",
            "",
            f"| | steps, images/s | × Keras | × Keras, {second} | × PyTorch | % of the limit "
            "| calls, images/s | stalled | predict, images/s | peak memory |",
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
            *[_line(row, measured["kind"]) for row in table if row["network"] == name],
        ]
    notes = [f"- {note}" for note in [*measured["notes"], *_errors(measured)]]
    return [*lines, *_augmentations(measured), *([""] * bool(notes)), *notes]


def _line(row: dict, kind: str) -> str:
    against = row["against_float32" if kind == NATIVE else "against_eigen"]
    ratios = [row["against_stock"], against, row["against_torch"]]
    stalled = "" if row["stalled"] is None else f"{row['stalled']} of {row['calls']}"
    cells = [
        f"{label(row['way'], kind)}, {PRECISIONS[row['precision']]}",
        _spread(row["trained"]),
        *["" if ratio is None else f"{ratio:.2f}" for ratio in ratios],
        "" if row["of_limit"] is None else f"{100 * row['of_limit']:.0f}",
        f"{statistics.median(row['called']):,.0f}" if row["called"] else "",
        stalled,
        f"{statistics.median(row['predicted']):,.0f}",
        f"{row['memory'] / 1e6:,.0f} MB" if row["memory"] else "",
    ]
    return f"| {' | '.join(cells)} |"


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _augmentations(measured: dict) -> list[str]:
    """What Keras' augmentation layers cost, beside a step of the advanced network."""
    found = [r["augmentation_seconds"] for r in measured["records"] if "augmentation_seconds" in r]
    if not found:
        return []
    native = measured["precision"]
    (step,) = [
        measured["networks"]["advanced"]["batch_size"] / statistics.median(row["trained"])
        for row in rows(measured)
        if (row["network"], row["way"], row["precision"]) == ("advanced", "course", native)
    ]
    lines = [
        "",
        f"### Augmentation layers, beside a step of the advanced CNN ({1000 * step:.0f} ms)",
        "",
        "| layer | ms a batch | % of a step |",
        "|---|---:|---:|",
    ]
    for name in found[0]:
        seconds = statistics.median(one[name] for one in found)
        lines.append(f"| {name} | {1000 * seconds:.1f} | {100 * seconds / step:.1f} |")
    return lines


def _errors(measured: dict) -> list[str]:
    failed = {
        (r["network"], r["way"], r["precision"], r["error"]): None
        for r in measured["records"]
        if "error" in r
    }
    return [
        f"Absent: {measured['networks'][network]['title']}, {label(way, measured['kind'])}, "
        f"{PRECISIONS[precision]}: {error}"
        for network, way, precision, error in failed
    ]
