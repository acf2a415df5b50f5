"""What the service does, as it was measured, and what the README says of it."""

import json
import math
import statistics

from helpers import config
from helpers.tools.bench import serving

FIGURES = config.course_root() / "figures"
MEASURED = json.loads((FIGURES / "bench_service.json").read_text(encoding="utf-8"))


def median(what: str, wait: str) -> float:
    """Of the rounds with eight clients; `wait` is 5 where pictures are asked together."""
    own = [r for r in MEASURED["records"] if (r["clients"], r["wait_ms"]) == (8, wait)]
    assert len(own) >= 3
    return statistics.median(record[what] for record in own)


def test_the_page_is_made_from_its_records():
    page = (FIGURES / "bench_service.md").read_text(encoding="utf-8")
    assert page == serving.page(MEASURED)


def test_it_is_as_fast_as_was_asked_and_keeps_its_memory():
    memory = MEASURED["memory"]
    assert median("p95", "5") < 60
    assert memory["requests"] >= 20_000 and memory["after"] - memory["before"] < 20e6


def test_the_readme_tells_what_was_measured():
    readme = (config.course_root() / "README.md").read_text(encoding="utf-8")
    gained = median("rate", "5") / median("rate", "0")
    assert f"eight clients get {gained:.1f} times the answers a second" in readme
    assert f"95 of 100 within {math.ceil(median('p95', '5'))} ms" in readme
