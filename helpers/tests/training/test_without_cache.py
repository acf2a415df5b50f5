"""A cache is an aid: a training, the digits and answers go on without it, and a line says so."""

import errno
import os
from pathlib import Path

import pytest

from helpers import config, evaluation, storage
from helpers.data import digits
from helpers.tests.tiny import fit, network
from helpers.training import keeping

SAID = "Not kept for the next time"


def full(self, content):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def denied(self, **options):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def nobody(self):
    raise RuntimeError("Could not determine home directory.")


@pytest.fixture(params=["full", "denied", "a file", "nobody's home"])
def unwritable(request, monkeypatch, tmp_path):
    """A cache into which nothing can be written; the folder for records is as always."""
    storage.tell_not_kept.cache_clear()
    where = tmp_path / "cache"
    if request.param == "a file":
        where.write_text("no folder")
    elif request.param == "nobody's home":
        monkeypatch.delenv("COURSE_CACHE")
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr(Path, "expanduser", nobody)
    else:
        name, fails = {"full": ("write_bytes", full), "denied": ("mkdir", denied)}[request.param]
        original = getattr(Path, name)

        def patched(self, *arguments, **options):
            method = fails if where in (self, *self.parents) else original
            return method(self, *arguments, **options)

        monkeypatch.setattr(Path, name, patched)
    return request.param


def test_a_finished_training_is_not_lost(unwritable, data, settings, capsys, monkeypatch):
    monkeypatch.setattr(keeping, "RESUME_SECONDS", 0.0)
    run = fit(network(), data, settings)
    assert len(run.history["loss"]) == 3 and run.record.is_file()
    assert 0 <= evaluation.accuracy(run, data.x_val, data.y_val) <= 1
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith(SAID)]
    assert len(said) == 1 and "COURSE_CACHE names another folder" in said[0]


def test_the_digits_are_made_without_a_cache(unwritable, capsys):
    images, labels = digits.load(20, "test")
    assert images.shape == (20, 32, 32, 3) and len(labels) == 20
    assert SAID in capsys.readouterr().out
    digits.load(20, "test")
    assert SAID not in capsys.readouterr().out  # once is enough


def test_where_nothing_more_can_be_kept_what_was_kept_is_not_deleted(
    data, settings, monkeypatch, capsys
):
    monkeypatch.setattr(keeping, "RESUME_SECONDS", 0.0)
    written = storage.write_whole

    def fills(path, content):
        if path.parent.name == "trainings":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written(path, content)

    monkeypatch.setattr(storage, "write_whole", fills)
    fit(network(), data, settings)
    assert "No space left on device" in capsys.readouterr().out
    assert len(list((config.cache_dir() / "unfinished").iterdir())) == 1


def test_a_home_that_nobody_has_is_no_error(monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", "~nobody-has-this-name/cache")
    assert config.cache_dir() == Path(os.devnull) / "~nobody-has-this-name" / "cache"
