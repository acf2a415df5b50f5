"""The leaderboard as one HTML page that needs nothing else; `leaderboard.html.j2` is its form."""

import json
import math
import os
from collections import Counter
from collections.abc import Container
from pathlib import Path

import jinja2

from helpers.tools.batch import leaderboard


def page(name: str, results: list[dict], total: int) -> str:
    """The page of a batch; no text of a result becomes HTML.

    Args:
        name: The batch's name.
        results: What `kept.save` gives, in the order of the grid; one or more.
        total: How many runs the batch has.
    """
    forms = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    varied, boards = _varied(results), leaderboard.rankings(results)
    return forms.get_template("leaderboard.html.j2").render(
        name=name,
        results=results,
        total=total,
        varied=varied,
        fixed=results[0]["parameters"].keys() - varied,
        boards=boards,
        alike=Counter(where[:2] for where in boards),
        words=_words,
        isnan=math.isnan,
        who=leaderboard.who,
        place=_places(results),
        people=_people,
    )


def _places(results: list[dict]) -> dict[str, str]:
    """Each file's path below the folder that all have in common."""
    files = {result["file"] for result in results}
    try:
        common = os.path.commonpath([os.path.dirname(file) for file in files])
    except ValueError:  # on two drives
        return {file: file for file in files}
    return {file: os.path.relpath(file, common or os.curdir) for file in files}


def _people(members: list[dict]) -> list[str]:
    """The students of some runs, each once; each file without a student counts for itself."""
    named = {result["student"] for result in members if result["student"]}
    nameless = {result["file"] for result in members if not result["student"]}
    return sorted(named) + [leaderboard.NOBODY] * len(nameless)


def _varied(results: list[dict]) -> set[str]:
    """Names of the parameters that have more than one value in this batch."""
    pairs = [pair for result in results for pair in result["parameters"].items()]
    different = {(name, json.dumps(value, sort_keys=True)) for name, value in pairs}
    counts = Counter(name for name, _ in different)
    return {name for name, count in counts.items() if count > 1}


def _words(parameters: dict, names: Container[str]) -> str:
    """Those of the parameters that are named, with their values."""
    shown = {name: value for name, value in parameters.items() if name in names}
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in shown.items())
