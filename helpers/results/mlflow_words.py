"""Records in MLflow's words: names, short texts, numbers."""

import hashlib
import json
import math
import re

OPTIMIZER = "optimizer"
MOST_POINTS = 50_000  # numbers in a history
LONGEST_NAME = 200  # characters of a run's name
LONGEST = 5_000  # characters of a parameter; MLflow takes 6,000


def execution(origin: dict) -> dict[str, str]:
    """By which the run of an execution of a notebook is found."""
    name = str(origin.get("execution", "")).replace("'", "_")[:200]
    return {"execution": name, "level": "notebook"}


def title(record: dict, origin: dict) -> str:
    """What an execution is called: first what tells it from others; a page shows few letters."""
    number, _, rest = str(record.get("notebook", "")).partition("_")
    parameters = origin.get("parameters") or {}
    told = [f"{k} {text(v)}" for k, v in parameters.items() if k not in ("dataset", "profile")]
    where = [str(record[name]) for name in ("dataset", "profile") if record.get(name)]
    student = str(origin.get("student") or "")
    return " ".join(filter(None, [number, student, ", ".join(told), *where, rest]))[:LONGEST_NAME]


def is_number(value: object) -> bool:
    """Whether MLflow can draw it."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value)


def measured(record: dict) -> dict:
    """A measurement's mean and spread, by name."""
    name = record["name"]
    return {name: record.get("value"), f"{name} spread": record.get("spread")}


def tags(record: dict) -> dict[str, str]:
    """What a run was made with, as far as a record tells it."""
    names = ("notebook", "dataset", "dataset_fingerprint", "profile")
    return {name: str(record[name]) for name in names if record.get(name)}


def version(origin: dict) -> dict[str, str]:
    """The version of the course, if it is known."""
    known = origin.get("course_version")
    return {"course_version": str(known)} if known else {}


def parameters(record: dict) -> dict[str, str]:
    """What a training was told, flat: MLflow's parameters are short texts."""
    given = record.get("parameters")
    chosen = dict(given) if isinstance(given, dict) else {}
    if isinstance(chosen.get(OPTIMIZER), dict):
        told = chosen.pop(OPTIMIZER)
        told = {name: value for name, value in told.items() if name != "name"}  # Keras counts in it
        chosen |= {f"{OPTIMIZER}.{name}": value for name, value in told.items()}
    chosen |= {name: record.get(name) for name in ("model", "seed", "epochs", "hardware")}
    return {key(name): text(value) for name, value in chosen.items() if value is not None}


def curves(record: dict) -> list[tuple[str, int, float]]:
    """Name, step and value of each number in a training's history, as far as MLflow draws it.

    Raises:
        ValueError: There are more than a training can have.
    """
    history = record.get("history")
    lists = history.items() if isinstance(history, dict) else ()
    found = [
        (key(str(name)), step, float(value))
        for name, values in lists
        if isinstance(values, list)
        for step, value in enumerate(values)
        if is_number(value)
    ]
    if len(found) > MOST_POINTS:
        raise ValueError(
            f"its history has {len(found):,} numbers; expected {MOST_POINTS:,} at most"
        )
    return found


def text(value: object) -> str:
    """A value as a text that MLflow takes."""
    words = value if isinstance(value, str) else json.dumps(value)
    return words if len(words) < LONGEST else words[:LONGEST] + " …"


def key(name: str) -> str:
    """A name that MLflow takes: letters, digits, blanks and `_ - . /`."""
    plain = name
    for sign, instead in {"%": "per cent", "×": "x", "±": "+-", ", ": " - ", "−": "-"}.items():
        plain = plain.replace(sign, instead)
    kept = re.sub(r"[^A-Za-z0-9_\-. /]", "_", plain)
    kept = re.sub(r"/+", "/", kept).strip(" /.") or "_"
    if len(kept) > LONGEST_NAME or any(ord(letter) > 127 for letter in plain):
        kept = f"{kept[:LONGEST_NAME]} {hashlib.sha256(name.encode()).hexdigest()[:6]}"
    return kept


def slug(name: str) -> str:
    """A name for a file."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100] or "table"
