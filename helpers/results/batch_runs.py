"""What the runs of a batch have recorded, for a tracking server."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

FACTS = ("course_version", "student", "state", "seconds", "peak_memory_mb", "points", "parameters")
KINDS = ("training", "measurement", "table")


def origin(out: Path, result: dict) -> dict:
    """Where the records of a run come from, see `waiting.put`.

    Args:
        out: Folder of the batch.
        result: Of one run, as the batch keeps it in `results/`.
    """
    name = Path(result["executed"] or result["file"]).stem
    place = f"{out.name}/{name}"
    facts = {fact: result.get(fact) for fact in FACTS}
    attempt = f"{result['key'][:8]} {result.get('finished', '')}".strip()
    return facts | {"execution": f"{place} {attempt}", "batch_run": f"{place} {attempt}"}


def records(out: Path, result: dict) -> Iterator[tuple[dict, dict]]:
    """Each record of a run that went well, with its origin; as on the leaderboard, none else."""
    if result["state"] != "ok":
        return
    for record in result["records"]:
        if record.get("kind") in KINDS and "notebook" in record:
            yield record, origin(out, result)


def notebook(out: Path, result: dict) -> tuple[Path | None, str, dict]:
    """A run's executed notebook, if there is one, the notebook's name, and the origin."""
    executed = out / result["executed"] if result["executed"] else None
    return executed, result["notebook"], origin(out, result)


def results(runs: Path) -> Iterator[tuple[Path, dict]]:
    """The kept results of all batches in a folder, each with its batch's folder."""
    for path in sorted(runs.glob("*/results/*.json")):
        with contextlib.suppress(OSError, ValueError, RecursionError):
            result = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(result, dict) and {"key", "state", "executed", "notebook"} <= set(result):
                yield path.parents[1], result
