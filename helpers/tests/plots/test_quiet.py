"""A home that can't be written costs no figure, and warns in no notebook."""

import os
import subprocess
import sys

from helpers import config


def test_without_a_home_figures_come_without_a_warning(tmp_path):
    (tmp_path / "home").touch()
    settings = {k: v for k, v in os.environ.items() if k not in ("MPLCONFIGDIR", "XDG_CACHE_HOME")}
    settings |= {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", "from helpers import plots; plots.drawn_bars"]
    ended = subprocess.run(
        command, cwd=config.course_root(), env=settings, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
