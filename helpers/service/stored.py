"""Which model is served if none is named."""

from pathlib import Path

from helpers import config, models
from helpers.models import ModelError as ModelError

NAME = "service"
PUBLISHED = config.published_model().with_name(f"{NAME}.keras")


def newest() -> Path | None:
    """The newest service model that was saved here, else the published one; None without both."""
    saved = models.folder().glob(f"{NAME}-*.keras")
    whole = [path for path in saved if path.with_suffix(".json").is_file()]
    if whole:
        return max(whole, key=lambda path: path.stat().st_mtime)
    return PUBLISHED if PUBLISHED.is_file() else None
