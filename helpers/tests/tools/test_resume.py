"""A batch that is started again: what is done stays, the rest is done."""

import pytest

from helpers.tests.commands import PATIENCE
from helpers.tests.tools.batch.test_batch import (
    RECORD,
    folder,
    put,
    rows,
    start,
    started_with,
    wait_for,
)

pytestmark = pytest.mark.copies

__all__ = ["folder"]


def test_the_same_command_runs_only_what_is_missing_or_failed(folder, capsys):
    put(folder, "good", "1")
    put(folder, "bad", "1 / 0")
    assert start(folder)[0] == 1
    put(folder, "bad", "2")
    assert start(folder)[0] == 0
    assert "1 done before, 0 invalid, 1 to do" in capsys.readouterr().out
    put(folder, "good", "3")
    start(folder, rerun=False)
    assert "1 done before, 0 invalid, 1 to do" in capsys.readouterr().out
    start(folder, rerun=True)
    assert "0 done before, 0 invalid, 2 to do" in capsys.readouterr().out


def test_a_failed_run_is_tried_again_as_often_as_asked(folder):
    put(folder, "sometimes", f"p = {str(folder / 'seen')!r}\nopen(p, 'x')\n1 / 0")
    put(folder, "heals", f"import os\np = {str(folder / 'h')!r}\nif not os.path.exists(p):\n"
        "    open(p, 'x')\n    1 / 0")  # fmt: skip
    _, found = start(folder, limits="{minutes: 60, memory_gb: 2, retries: 1}")
    states = {row["student"]: row["error"] for row in found}
    assert states["heals"] == "" and states["sometimes"].startswith("FileExistsError")


def test_an_interrupted_batch_keeps_the_rows_of_what_was_done_before(folder):
    put(folder, "bad", RECORD, "1 / 0")
    put(folder, "good", "1")
    start(folder, parameters="{}")
    mark = folder / "began"
    put(folder, "good", f"open({str(mark)!r}, 'x')\nimport time; time.sleep(300)")
    (folder.parent / "grid.yml").write_text("notebooks: [in]")
    started = started_with(folder.parent, "--out", "out", "--workers", "1")
    wait_for(mark.exists)
    started.terminate()
    assert started.communicate(timeout=PATIENCE) and started.returncode == 130
    assert [(row["student"], row["state"]) for row in rows(folder.parent / "out")] == [
        ("bad", "failed")
    ]


def test_an_interrupted_rerun_goes_on_with_the_same_command(folder):
    put(folder, "a", "1")
    mark, began = folder / "again", folder / "began"
    slow = f"if os.path.exists({str(mark)!r}):\n    open({str(began)!r}, 'x')\n    time.sleep(3600)"
    put(folder, "b", f"import os, time\n{slow}")
    assert start(folder, parameters="{}")[0] == 0
    mark.touch()
    started = started_with(folder.parent, "--out", "out", "--workers", "1", "--rerun")
    wait_for(began.exists)
    started.terminate()
    assert started.communicate(timeout=PATIENCE) and started.returncode == 130
    assert [row["student"] for row in rows(folder.parent / "out")] == ["a"]
    mark.unlink()
    status, found = start(folder, parameters="{}")
    assert status == 0 and [row["student"] for row in found] == ["a", "b"]
