"""The leaderboard as one HTML page that needs nothing else."""

import html
import json
import math
from collections import Counter
from urllib.parse import quote

from helpers.tools.batch import leaderboard


def page(name: str, results: list[dict], total: int) -> str:
    """The page of a batch.

    Args:
        name: The batch's name.
        results: What `kept.save` gives, in the order of the grid.
        total: How many runs the batch has.
    """
    states = Counter(result["state"] for result in results)
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    varied = _varied(results)
    same = _settings(results[0]["parameters"], varied, False) if results else ""
    same = f" In all of them: {_safe(same)}." if same else ""
    parts = [f"<p>{len(results)} of {total} runs: {told or 'none'}.{same}</p>"]
    bad = [result for result in results if result["state"] != "ok"]
    if bad:
        parts += ["<h2>Not ok</h2>", _runs(bad, varied)]
    parts += ["<h2>All runs</h2>", _runs(results, varied)]
    boards = leaderboard.rankings(results)
    alike = Counter(where[:2] for where in boards)
    for (dataset, profile, images), board in boards.items():
        title = f"Ranking: {dataset}, profile {profile}"
        if alike[dataset, profile] > 1:
            title += f", images {images[:8]}"
        parts.append(f"<h2>{_safe(title)}</h2>")
        parts.append(_ranking(board, varied))
    return _PAGE.replace("<<name>>", _safe(name)).replace("<<parts>>", "\n".join(parts))


def _varied(results: list[dict]) -> set[str]:
    """Names of the parameters that have more than one value in this batch."""
    values: dict[str, set[str]] = {}
    for result in results:
        for name, value in result["parameters"].items():
            values.setdefault(name, set()).add(json.dumps(value, sort_keys=True))
    return {name for name, different in values.items() if len(different) > 1}


def _ranking(board: list[dict], varied: set[str]) -> str:
    heads = ("", "Student", "Notebook", "Model", "Parameters", "Seeds", "Validation accuracy")
    heads += ("by epoch", "Test accuracy", "Points", "Executed")
    body = []
    means = [row["val"][0] if row["val"] else -1 for row in board]
    for row, mean in zip(board, means, strict=True):
        place = means.index(mean) + 1
        students, points, link = _those_of(row)
        body.append(
            [
                (place, str(place)),
                students,
                _words(row["notebook"]),
                _words(row["model"]),
                _words(_settings(row["parameters"], varied)),
                (row["n"], str(row["n"])),
                (mean, _bar(row["val"])),
                (row["curve"][-1] if row["curve"] else -1, _curve(row["curve"])),
                (row["test"][0] if row["test"] else -1, _spread(row["test"])),
                points,
                link,
            ]
        )
    return _table(heads, body)


def _those_of(row: dict) -> tuple[tuple, tuple, tuple]:
    """Cells for the students of a row, their points and executed notebook, if it is only one's."""
    members = row["members"]
    names = sorted({member["student"] for member in members})
    if len(names) == 1:
        return _words(names[0]), _points(members[0]), ("", _link(members[0]["executed"]))
    listed = _safe(", ".join(names))
    shown = f'<span title="{listed}">{len(names)} students, same results</span>'
    return (names[0], shown), (-1, "–"), ("", "–")


def _runs(results: list[dict], varied: set[str]) -> str:
    heads = ("Student", "Notebook", "Parameters", "State", "Error", "Where", "Points", "Exercises")
    heads += ("Seconds", "Memory (MB)", "Executed")
    body = [
        [
            _words(result["student"]),
            _words(result["notebook"]),
            _words(_settings(result["parameters"], varied)),
            (result["state"], f'<b class="{_safe(result["state"])}">{_safe(result["state"])}</b>'),
            _words((result["error"].strip().splitlines() or [""])[-1]),
            _words(result["place"]),
            _points(result),
            ("", " ".join(_exercise(*pair) for pair in result["exercises"].items())),
            (result["seconds"], f"{result['seconds']:.0f}"),
            (result["peak_memory_mb"], f"{result['peak_memory_mb']:,}"),
            ("", _link(result["executed"])),
        ]
        for result in results
    ]
    return _table(heads, body)


def _table(heads: tuple[str, ...], body: list[list[tuple]]) -> str:
    """A table whose columns can be sorted; a cell is a pair: what to sort by, and its HTML."""
    head = "".join(f"<th><button>{_safe(words)}</button></th>" for words in heads)
    lines = [f"<table><thead><tr>{head}</tr></thead><tbody>"]
    for row in body:
        cells = (f'<td data-key="{_safe(str(key))}">{shown}</td>' for key, shown in row)
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def _words(text: str) -> tuple[str, str]:
    return text, _safe(text)


def _settings(parameters: dict, varied: set[str], wanted: bool = True) -> str:
    """Parameters in words: those that vary in this batch, or those that don't."""
    shown = {name: value for name, value in parameters.items() if (name in varied) is wanted}
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in shown.items())


def _points(row: dict) -> tuple[float, str]:
    if row["points"] is None or row["points_possible"] is None:
        return -1, "–"
    return row["points"], f"{row['points']} of {row['points_possible']}"


def _exercise(number: str, told: dict | None) -> str:
    """An exercise with its verdict; the hint appears under the pointer."""
    if told is None:
        return f'<span title="its check did not run">{_safe(number)}&nbsp;–</span>'
    hint = _safe(told["hint"] or "right")
    return f'<span title="{hint}">{_safe(number)}&nbsp;{"✓" if told["right"] else "✗"}</span>'


def _spread(value: tuple[float, float] | None) -> str:
    if value is None:
        return "–"
    mean, std = value
    return f"{100 * mean:.1f}" + ("" if math.isnan(std) else f" ± {100 * std:.1f}") + " %"


def _bar(value: tuple[float, float] | None) -> str:
    """A bar up to the mean, a line over mean ± standard deviation, and both in words."""
    if value is None:
        return "–"
    mean, std = value
    low, high = (mean, mean) if math.isnan(std) else (max(0, mean - std), min(1, mean + std))
    return (
        f'<svg width="100" height="12" role="img" aria-label="{_spread(value)}">'
        '<rect width="100" height="12" class="empty"/>'
        f'<rect width="{100 * mean:.1f}" height="12" class="full"/>'
        f'<line x1="{100 * low:.1f}" x2="{100 * high:.1f}" y1="6" y2="6"/></svg> {_spread(value)}'
    )


def _curve(values: list[float]) -> str:
    if len(values) < 2:
        return "–"
    step = 80 / (len(values) - 1)
    points = " ".join(f"{i * step:.1f},{22 - 20 * v:.1f}" for i, v in enumerate(values))
    label = f"from {100 * values[0]:.0f} to {100 * values[-1]:.0f} % in {len(values)} epochs"
    return (
        f'<svg width="80" height="24" role="img" aria-label="{label}"><title>{label}</title>'
        f'<polyline points="{points}"/></svg>'
    )


def _link(path: str | None) -> str:
    return f'<a href="{_safe(quote(path))}">open</a>' if path else "–"


def _safe(text: str) -> str:
    return html.escape(text, quote=True)


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Leaderboard: <<name>></title>
<style>
body { font-family: sans-serif; margin: 2rem; color: #222; }
table { border-collapse: collapse; margin-bottom: 2rem; }
td, th { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid #ddd; }
td { vertical-align: middle; max-width: 30rem; overflow-wrap: anywhere; }
th button { font: inherit; font-weight: bold; border: 0; background: none; padding: 0; }
th button { cursor: pointer; }
th[aria-sort=ascending] button::after { content: " \\25b2"; }
th[aria-sort=descending] button::after { content: " \\25bc"; }
.empty { fill: #eee; } .full { fill: #4477aa; }
line { stroke: #111; stroke-width: 2; } polyline { fill: none; stroke: #4477aa; stroke-width: 2; }
b.failed, b.timeout, b.memory, b.invalid { color: #a3123a; } b.ok { color: #226633; }
</style></head>
<body>
<h1>Leaderboard: <<name>></h1>
<<parts>>
<p>Accuracies are mean ± standard deviation over seeds, ranked by validation accuracy: test images
judge, they don't choose. Students who changed nothing in a model share a row. Datasets and profiles
have rankings of their own, and so do changed images (their fingerprint stands in the title). A
click on a column's head sorts; the pointer on an exercise shows the hint that was given. The same
is in leaderboard.csv (models) and points.csv (points).</p>
<script>
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentNode, table = head.closest("table"), body = table.tBodies[0];
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = row => row.cells[head.cellIndex].dataset.key;
    const order = (a, b) => isNaN(key(a)) || isNaN(key(b)) || key(a) === "" || key(b) === ""
      ? key(a).localeCompare(key(b)) : key(a) - key(b);
    const rows = [...body.rows].sort((a, b) => up ? order(a, b) : order(b, a));
    body.append(...rows);
  });
}
</script>
</body>
</html>
"""
