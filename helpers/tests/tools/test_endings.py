"""A signal means one clean stop; nothing is left running, and nothing finished is done again."""

import os
import signal
import subprocess
import sys
import threading

import nbformat
import pytest
from nbformat.v4 import new_output

from helpers.tests.commands import PATIENCE, SIGNALS, start, wait_for
from helpers.tests.notebooks import alive, notebook
from helpers.tools import endings, pages, resume
from helpers.tools.execution import Outcome

posix = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
CLEAN = """
from helpers.tools import endings
import subprocess
{before}
with endings.clean("Said at the end."):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"],
                             start_new_session=True)
    try:
        pathlib.Path({began!r}).touch()
        {block}
    finally:
        {after}
"""


def clean(folder, block="time.sleep(3600)", after="pass", before=""):
    """A small command with a child in a session of its own; it has begun."""
    began = folder / "began"
    code = CLEAN.format(began=str(began), block=block, after=after, before=before)
    command = start(code, folder / "tmp")
    wait_for(began.exists)
    return command


@posix
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("ignored", [False, True])
def test_each_signal_stops_once_and_leaves_no_child(tmp_path, number, ignored):
    before = "signal.signal(signal.SIGINT, signal.SIG_IGN)" if ignored else ""
    command = clean(tmp_path, before=before)
    assert command.stopped_by(number).strip() == "Said at the end."
    assert command.process.returncode == endings.STATUS == 130


@posix
@pytest.mark.parametrize("number", SIGNALS)
def test_a_second_signal_does_not_break_the_clean_up(tmp_path, number):
    go, done = tmp_path / "go", tmp_path / "done"
    after = (
        f"pathlib.Path({str(tmp_path / 'cleaning')!r}).touch()\n"
        f"        while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.05)\n"
        f"        pathlib.Path({str(done)!r}).touch()"
    )
    command = clean(tmp_path, after=after)
    os.killpg(command.process.pid, signal.SIGTERM)
    wait_for((tmp_path / "cleaning").exists)
    os.killpg(command.process.pid, number)
    go.touch()
    assert command.said().strip() == "Said at the end." and done.exists()
    assert command.process.returncode == endings.STATUS


@posix
def test_what_nohup_protects_goes_on(tmp_path):
    before = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    block = "signal.raise_signal(signal.SIGHUP); print('went on'); child.kill()"
    command = clean(tmp_path, block, before=before)
    assert command.said() == "went on\n" and command.process.returncode == 0


@posix
def test_a_reader_that_is_gone_does_not_break_the_clean_up(tmp_path):
    done = tmp_path / "done"
    command = clean(tmp_path, after=f"print(1, flush=True); pathlib.Path({str(done)!r}).touch()")
    command.process.stdout.close()
    os.killpg(command.process.pid, signal.SIGINT)
    assert command.process.wait(timeout=PATIENCE) == endings.STATUS and done.exists()
    wait_for(lambda: not command.left())


@posix
def test_a_stop_waits_for_a_block_that_must_be_whole(tmp_path):
    block = (
        "with endings.held():\n            signal.raise_signal(signal.SIGTERM)\n"
        "            print('whole')\n        print('too far')"
    )
    command = clean(tmp_path, block)
    assert command.said() == "whole\n\nSaid at the end.\n"
    assert command.process.returncode == endings.STATUS


def test_handlers_are_as_before_and_other_threads_are_let_alone():
    before = [signal.getsignal(number) for number in SIGNALS]
    with endings.clean(), endings.held():
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before
    with pytest.raises(SystemExit) as ended, endings.clean():
        sys.exit(3)
    assert ended.value.code == 3
    done = []

    def work():
        with endings.clean(), endings.held():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = [sys.executable, "-c", "import time; time.sleep(3600)"]
print(subprocess.Popen(child, start_new_session=True).pid, flush=True)
time.sleep({seconds})
"""


@pytest.mark.parametrize(("seconds", "grace"), [(3600, 0), (3600, 0.5), (0, 5)])
def test_a_process_ends_with_all_that_it_has_started(seconds, grace):
    command = [sys.executable, "-c", STUBBORN.format(seconds=seconds)]
    with endings.started(command, grace, stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        if not seconds:  # it leaves its child behind, an orphan
            process.wait()
        process.stdout.close()
    wait_for(lambda: not alive(child))
    assert process.returncode is not None and endings.family(process.pid) == []


def test_progress_counts_for_the_same_command_and_content_only(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    progress = resume.Progress(path, "command")
    assert progress.finished("a", "key") is None and not path.exists()
    progress.add("a", "key", seconds=3)
    assert resume.Progress(path, "command").finished("a", "key") == {"seconds": 3}
    assert resume.Progress(path, "command").finished("a", "changed") is None
    assert resume.Progress(path, "another").finished("a", "key") is None
    for damaged in ("", "[]", '{"command": "command", "finished": {"a": 1}}'):
        path.write_text(damaged)
        assert resume.Progress(path, "command").finished("a", "key") is None
    progress.add("a", "key")
    progress.forget()
    assert resume.Progress(path, "command").finished("a", "key") is None
    key = resume.key("x")
    assert key == resume.key("x") != resume.key("y")
    monkeypatch.setenv("COURSE_PRECISION", "changed")
    assert key != resume.key("x")


def test_outputs_decide_nothing_and_prose_only_where_it_is_shown(tmp_path):
    path = notebook(tmp_path / "a.ipynb", "1")
    told, code = resume.sources(path), resume.sources(path, ("code",))
    stored = nbformat.read(path, as_version=4)
    stored.cells[1].outputs = [new_output("stream", text="1")]
    nbformat.write(stored, path)
    assert resume.sources(path) == told == ["# T", "1"]
    stored.cells[0].source = "# Another title"
    nbformat.write(stored, path)
    assert resume.sources(path) != told and resume.sources(path, ("code",)) == code


def test_the_index_says_what_was_not_run_yet_and_how_to_go_on(tmp_path):
    done = Outcome("01_a", "failed", 2.0, tmp_path / "01_a.ipynb", "1 < 0")
    pages.write_index([done], ["02_b", "03_c"], tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<td>01_a</td><td>failed</td><td>2 s</td><td>1 &lt; 0</td>" in page
    assert page.count("not run yet") == 2 and "command again: it goes on" in page
    pages.write_index([done], [], tmp_path)
    assert "goes on" not in (tmp_path / "index.html").read_text(encoding="utf-8")
