"""Studies in a file: shared, gone on with after a kill, and no trial lost or done twice."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers import config
from helpers.results import studies

optuna = pytest.importorskip("optuna", reason="make setup EXTRAS=tracking")
pytestmark = pytest.mark.filterwarnings(
    "ignore::optuna.exceptions.ExperimentalWarning", "ignore:Heartbeat of storage:UserWarning"
)
PROGRAM = """
import sys, time, optuna
from helpers.results import studies
study = optuna.create_study(
    study_name="s", storage=studies.storage(sys.argv[1], patience=1), load_if_exists=True
)
def objective(trial):
    trial.study.sampler = optuna.samplers.RandomSampler(seed=trial.number)
    x = trial.suggest_float("x", 0, 1)
    time.sleep(float(sys.argv[2]))
    return x
states = lambda: [t.state.name for t in study.trials]
while states().count("COMPLETE") < 6 or {"RUNNING", "WAITING"} & set(states()):
    study.optimize(objective, n_trials=1)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "study.db"


def numbers(path) -> list:
    return optuna.load_study(study_name="s", storage=studies.storage(path)).trials


@pytest.mark.copies
def test_a_trial_that_was_cut_off_is_done_again_and_none_is_lost(path):
    optuna.create_study(study_name="s", storage=studies.storage(path))
    studies.killed_in_a_trial(PROGRAM, path, "s")
    assert [t.state.name for t in numbers(path)].count("RUNNING") == 1
    studies.run_to_the_end(PROGRAM, path)
    lost = [t.params["x"] for t in numbers(path) if t.state.name == "FAIL"]
    done = [t.params["x"] for t in numbers(path) if t.state.name == "COMPLETE"]
    assert len(lost) == 1 and set(lost) <= set(done) and len(set(done)) == len(done) >= 6


@pytest.mark.copies
def test_four_processes_make_one_file_and_share_its_study(path):
    def run(_):
        program = PROGRAM.replace("patience=1", "patience=600")  # none is cut off here
        command = [sys.executable, "-W", "ignore", "-c", program, str(path), "0.05"]
        return subprocess.run(command, capture_output=True, text=True, cwd=config.course_root())

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(run, range(4)))
    assert [e.returncode for e in ended] == [0] * 4, [e.stderr[-300:] for e in ended]
    trials = numbers(path)
    assert {t.state.name for t in trials} == {"COMPLETE"} and 6 <= len(trials) <= 12
    assert len({t.params["x"] for t in trials}) == len(trials)


def test_waiting_ends_when_a_dead_process_is_given_up(path):
    study = optuna.create_study(study_name="s", storage=studies.storage(path, patience=1))
    trial = study.ask()
    study._storage.record_heartbeat(trial._trial_id)
    studies.wait_for_others([study])
    assert next(t.state.name for t in study.trials) == "FAIL"


def test_a_program_that_fails_says_why(path):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        studies.run_to_the_end("1 / 0", path)


def test_forgetting_deletes_the_file_if_there_is_one(path):
    studies.forget(path)
    optuna.create_study(study_name="s", storage=studies.storage(path))
    studies.forget(path)
    assert not path.exists()
