"""Sends to MLflow what it hasn't got of the course's records, once; then shows its page, if asked.

    python -m helpers.tools.track [--page] [--port 5000]

Records of notebooks lie in `runs/records/`, those of batches in `runs/BATCH/results/`. Models are
sent of what was run with `COURSE_TRACKING` set. `MLFLOW_TRACKING_URI` names another server than
the file `runs/mlflow.db`.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterable, Iterator

from helpers import config
from helpers.tools import endings, setup

HOST = "127.0.0.1"  # MLflow's page asks nobody for a password
STARTS = 120.0  # seconds that the page may take


def main() -> None:
    """Sends what is missing; with `--page` serves MLflow's page until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.track", description=__doc__)
    parser.add_argument("--page", action="store_true", help="show MLflow's page")
    parser.add_argument("--port", default="5000")
    options = parser.parse_args()
    if not options.port.isdecimal() or not 0 < int(options.port) < 65536:
        sys.exit(f"PORT is {options.port}; expected a number from 1 to 65535, as in PORT=5000.")
    with endings.clean("The page has ended; the runs are kept."):
        setup.ensure()
        from helpers import results

        try:
            sent = results.tracking.send()
            keep_missing()
            sent += results.tracking.send()
        except results.tracking.TrackingError as error:
            sys.exit(f"{error} Nothing is lost: the same command sends later what is missing.")
        except OSError as error:
            sys.exit(f"{config.runs_dir()} can't be written ({error.strerror}).")
        address, refused = results.tracking.address(), len(results.waiting.refused())
        has = f"it has all but {refused} that it refused" if refused else "it has all"
        shown = results.tracking.shown(address)
        print(f"{sent} sent to {shown}; {has} that was recorded here.", flush=True)
        if refused:
            print(f"Those lie in {results.waiting.folder() / 'refused'}", flush=True)
        if options.page:
            sys.exit(page(address, int(options.port)))


def keep_missing() -> None:
    """Lets what MLflow hasn't got wait for it: records of notebooks, then those of batches."""
    from helpers import results

    _keep(_of_notebooks())
    for out, result in results.batch_runs.results(config.runs_dir()):
        _keep(results.batch_runs.records(out, result))
        executed = results.batch_runs.notebook(out, result)
        told = results.tracking.about_notebook(*executed[1:])
        if list(results.tracking.missing([told])):
            results.tracking.put_notebook(*executed)


def _keep(known: Iterable[tuple[dict, dict]]) -> None:
    from helpers import results

    for record, origin in list(results.tracking.missing(known)):
        results.waiting.put(record, origin)


def _of_notebooks() -> Iterator[tuple[dict, dict]]:
    """Records in `runs/records/`; which of them one execution wrote isn't known any more."""
    from helpers import results

    for path in sorted(results.records_dir().glob("*.json")):
        try:
            record = results.read(path)
            names = ("notebook", "dataset", "profile")
            where = "records: " + " ".join(str(record.get(name)) for name in names)
        except (OSError, ValueError, AttributeError, RecursionError) as error:
            print(f"Not sent: {path.name} is no record ({type(error).__name__}).")
            continue
        yield record, {"execution": where}


def page(address: str, port: int) -> int:
    """Serves MLflow's page on this machine alone, until it ends.

    Args:
        address: MLflow's database; a server that is named has its own page.
        port: Of the page.

    Returns:
        The exit status of MLflow's server.
    """
    from helpers import results

    if address.startswith("http"):
        print(f"The page is the server's own: {results.tracking.shown(address)}")
        return 0
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            sys.exit(f"Port {port} is in use; choose another one: make track PORT={port + 1}")
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", address]
    command += ["--host", HOST, "--port", str(port), "--workers", "1"]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with endings.started(command, grace=10, env=os.environ | quiet) as process:
        url = f"http://{HOST}:{port}"
        if _answers(f"{url}/health", process):
            # its own first page is about language models, and shows no runs
            place = f"{url}/#/experiments/{results.tracking.experiment_id()}/runs"
            place += "?workflowType=machine_learning"
            print(f"MLflow's page: {place} (Ctrl-C ends it)", flush=True)
            if sys.stdout.isatty():
                webbrowser.open(place)
        return process.wait()


def _answers(url: str, process: subprocess.Popen) -> bool:
    """Waits for a page; False if its server ends, or takes too long."""
    deadline = time.monotonic() + STARTS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False


if __name__ == "__main__":
    main()
