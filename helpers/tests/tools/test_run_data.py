"""Where a run of the course takes its data from, and what its notebooks are told about it."""

import tarfile
from pathlib import Path

import pytest

from helpers import data
from helpers.data import sources
from helpers.tools import run


def test_the_data_is_looked_for_once_and_checked(monkeypatch, tmp_path, cifar_folder, capsys):
    options = run.argparse.Namespace(dataset="auto", cifar10_dir=None, cifar100_dir=None)
    monkeypatch.setattr(data, "locate", lambda *a: sources.Source(sources.EMBEDDED))
    told = run._locate("cifar10", options, tmp_path)
    assert told == {"COURSE_DATASET": "digits", "CIFAR10_DIR": ""}

    archive = tmp_path / "copy.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder, "cifar")
    monkeypatch.setattr(data, "locate", lambda *a: sources.Source(sources.NAMED, archive))
    told = run._locate("cifar10", options, tmp_path / "scratch")
    assert told["COURSE_DATASET"] == "cifar10"
    assert (Path(told["CIFAR10_DIR"]) / "batches.meta").is_file()
    assert "CIFAR-10 (unverified copy)" in capsys.readouterr().out

    monkeypatch.setattr(data, "locate", lambda *a: sources.Source(sources.NAMED, tmp_path))
    with pytest.raises(SystemExit, match="not a complete CIFAR-10 folder"):
        run._locate("cifar10", options, tmp_path)


@pytest.mark.parametrize("dataset", ["digits", "digits100"])
def test_a_run_of_all_notebooks_names_the_set_of_each(dataset, tmp_path, capsys):
    options = run.argparse.Namespace(dataset=dataset, cifar10_dir=None, cifar100_dir=None)
    told = run._locate("cifar100", options, tmp_path)
    assert told == {"COURSE_DATASET": "digits100", "CIFAR100_DIR": ""}
    assert run._locate("cifar10", options, tmp_path)["COURSE_DATASET"] == "digits"
    said = capsys.readouterr().out
    assert "(digits100). These will not be CIFAR-100 numbers" in said
