"""Records in MLflow's words: names, short texts, numbers."""

import json
import math
import re

OPTIMIZER = "optimizer"
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
    return " ".join(filter(None, [number, student, ", ".join(told), *where, rest]))


def is_number(value: object) -> bool:
    """Whether MLflow can draw it."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and not math.isnan(value)


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
    chosen = dict(record.get("parameters") or {})
    told = dict(chosen.pop(OPTIMIZER, None) or {})
    told.pop("name", None)  # Keras counts optimizers in it
    chosen |= {f"{OPTIMIZER}.{key}": value for key, value in told.items()}
    chosen |= {name: record.get(name) for name in ("model", "seed", "epochs", "hardware")}
    return {key(name): text(value) for name, value in chosen.items() if value is not None}


def text(value: object) -> str:
    """A value as a text that MLflow takes."""
    words = value if isinstance(value, str) else json.dumps(value)
    return words if len(words) < LONGEST else words[:LONGEST] + " …"


def key(name: str) -> str:
    """A name that MLflow takes: letters, digits, blanks and `_ - . /`."""
    plain = name
    for sign, instead in {"%": "per cent", "×": "x", "±": "+-", ", ": " - ", "−": "-"}.items():
        plain = plain.replace(sign, instead)
    return re.sub(r"[^A-Za-z0-9_\-. /]", "_", plain)[:200].strip() or "_"


def slug(name: str) -> str:
    """A name for a file."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100] or "table"
