"""The same batches on the workers of a Dask scheduler, by its address."""

import os
import subprocess
import sys
import time

import pytest

from helpers import config
from helpers.tests.commands import PATIENCE, wait_for
from helpers.tests.notebooks import alive
from helpers.tests.tools.batch.test_batch import TAGGED, folder, put, rows, started_with
from helpers.tests.tools.batch.test_classroom import forty, impatient, judge
from helpers.tools.batch import command, grid, kept, pools

pytest.importorskip("distributed", reason="make setup EXTRAS=cluster")
pytestmark = [
    pytest.mark.copies,
    pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals"),
]
__all__ = ["TAGGED", "folder", "forty", "impatient"]


def dask(*arguments: str, path: str = "") -> subprocess.Popen:
    """Starts `dask scheduler` or `dask worker`, quietly, in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env=os.environ | {"PYTHONPATH": path},
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture
def scheduler(tmp_path):
    """The address of a scheduler without workers, on this machine."""
    told = tmp_path / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    process = dask("scheduler", *options, "--scheduler-file", str(told))
    try:
        wait_for(lambda: told.exists() and told.read_text().strip().endswith("}"))
        import json

        yield json.loads(told.read_text())["address"]
    finally:
        process.kill()
        process.wait()


def registered(address: str, number: int) -> None:
    """Waits until so many workers are known to a scheduler; a batch has less patience."""
    from distributed import Client

    with Client(address, timeout=PATIENCE) as client:
        client.wait_for_workers(number, timeout=PATIENCE)


@pytest.fixture
def workers(scheduler):
    """Two workers of that scheduler, each with one thread."""
    root = str(config.course_root())
    started = [dask("worker", scheduler, *WORKER, path=root) for _ in range(2)]
    registered(scheduler, 2)
    yield started
    for process in started:
        process.kill()
        process.wait()


WORKER = ("--nthreads", "1", "--no-nanny", "--no-dashboard")


def test_notebooks_travel_as_text_and_come_back(folder, scheduler, workers):
    put(folder, "good", "print(x)")
    put(folder, "bad", "1 / 0")
    put(folder, "dies", "import os; os._exit(1)")
    (folder / "torn.ipynb").write_text("{", encoding="utf-8")
    (folder.parent / "grid.yml").write_text("notebooks: [in]\nparameters: {x: 7}")
    started = started_with(folder.parent, "--scheduler", scheduler, "--out", "out")
    said = started.communicate(timeout=PATIENCE)[0]
    assert started.returncode == 1 and f"workers of {scheduler}" in said
    found = {row["student"]: row for row in rows(folder.parent / "out")}
    states = {name: row["state"] for name, row in found.items()}
    assert states == {"good": "ok", "bad": "failed", "dies": "failed", "torn": "invalid"}
    assert '"7\\n"' in (folder.parent / "out" / found["good"]["executed"]).read_text()


def test_a_class_of_forty_is_marked_by_workers(forty, impatient, tmp_path, scheduler, workers):
    folder, pupils = forty
    wanted = grid.read(folder / "grid.yml")
    runs, beside = grid.look(wanted)
    with kept.locked(tmp_path / "out"), pools.cluster(scheduler) as pool:
        status = command.run(runs, wanted.limits, tmp_path / "out", pool, False, beside)
    judge(pupils, tmp_path / "out", status)


def test_the_runs_of_a_lost_worker_go_to_another(folder, scheduler, workers):
    mark = folder / "began"
    source = f"import os, time\nopen({str(mark)!r}, 'a').write(str(os.getpid()) + ' ')\n"
    put(folder, "slow", source + f"time.sleep(300 if open({str(mark)!r}).read().count(' ') < 2 "
        "else 0)")  # fmt: skip
    (folder.parent / "grid.yml").write_text("notebooks: [in]")
    started = started_with(folder.parent, "--scheduler", scheduler, "--out", "out")
    wait_for(lambda: mark.exists() and mark.read_text())
    kernel = int(mark.read_text().split()[0])
    import psutil

    family = psutil.Process(kernel).parents()
    (owner,) = [w for w in workers if w.pid in {p.pid for p in family}]
    owner.kill()
    assert started.communicate(timeout=PATIENCE)[0] and started.returncode == 0
    wait_for(lambda: not alive(kernel))
    assert rows(folder.parent / "out")[0]["state"] == "ok"


def test_an_interrupt_stops_the_runs_on_the_workers(folder, scheduler, workers):
    pid = folder / "pid"
    put(folder, "slow", f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(300)")  # fmt: skip
    (folder.parent / "grid.yml").write_text("notebooks: [in]")
    started = started_with(folder.parent, "--scheduler", scheduler, "--out", "out")
    wait_for(lambda: pid.exists() and pid.read_text())
    started.terminate()
    assert "the same command goes on" in started.communicate(timeout=PATIENCE)[0]
    assert started.returncode == 130
    wait_for(lambda: not alive(int(pid.read_text())))


def test_a_scheduler_that_is_not_there_is_one_line(folder):
    put(folder, "good", "1")
    (folder.parent / "grid.yml").write_text("notebooks: [in]")
    started = started_with(folder.parent, "--scheduler", "tcp://127.0.0.1:9", "--out", "out")
    said = started.communicate(timeout=PATIENCE)[0]
    assert started.returncode == 1
    assert said.startswith("No Dask scheduler answers at tcp://127.0.0.1:9. Start one with")
    assert len(said.splitlines()) == 1


def test_a_worker_without_the_course_is_refused(scheduler):
    worker = dask("worker", scheduler, *WORKER)
    try:
        registered(scheduler, 1)
        with (
            pytest.raises(pools.PoolError, match="doesn't find the course"),
            pools.cluster(scheduler),
        ):
            time.sleep(0)
    finally:
        worker.kill()
        worker.wait()
