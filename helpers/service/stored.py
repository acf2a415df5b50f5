"""Which model is served if none is named."""

from pathlib import Path

from helpers import config

NAME = "service"
PUBLISHED = config.published_model()  # of notebook 05, with ten classes


def newest() -> Path | None:
    """The newest service model that was saved here, else the published one; None without both."""
    saved = (config.runs_dir() / "models").glob(f"{NAME}-*.keras")
    whole = [path for path in saved if path.with_suffix(".json").is_file()]
    if whole:
        return max(whole, key=lambda path: path.stat().st_mtime)
    return PUBLISHED if PUBLISHED.is_file() else None
