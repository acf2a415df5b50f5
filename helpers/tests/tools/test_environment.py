import re

import pytest
import yaml

from helpers import config
from helpers.tools import environment

ROOT = config.course_root()
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
HEAD = "dependencies:\n  - python>=3.11,<3.14\n  - pip\n  - pip:\n"


def test_the_pip_block_is_read_as_a_yaml_parser_reads_it():
    parsed = yaml.safe_load(TEXT)["dependencies"]
    assert [entry for entry in parsed if isinstance(entry, str)] == ["python>=3.11,<3.14", "pip"]
    block = next(entry["pip"] for entry in parsed if isinstance(entry, dict))
    assert [f"{name}=={version}" for name, version in environment.pins(TEXT).items()] == block
    assert environment.python_range(TEXT) == (11, 13)


def test_every_dependency_has_a_reason():
    pinned = [line for line in TEXT.splitlines() if re.search(r"- \S+==", line)]
    assert len(pinned) == len(environment.pins(TEXT)) and all(" # " in line for line in pinned)


@pytest.mark.parametrize(
    "line", ["- numpy", "- numpy>=2", "- -r more.txt", "  - numpy==2.0", "numpy==2.0", "- a==1; b"]
)
def test_anything_else_in_the_pip_block_is_an_error(line):
    with pytest.raises(environment.EnvironmentFileError, match="line 5"):
        environment.pins(f"{HEAD}      {line}\n")


@pytest.mark.parametrize("text", ["", "dependencies:\n  - pip\n", HEAD])
def test_no_pip_block_is_an_error(text):
    with pytest.raises(environment.EnvironmentFileError, match="pip"):
        environment.pins(text)


def test_missing_names_what_is_not_installed():
    wanted = {"numpy": "0.0", "no-such-package": "1.0"}
    assert environment.missing(wanted) == ["numpy==0.0", "no-such-package==1.0"]


def test_extras_are_seen_by_the_courses_reader_only():
    assert list(environment.extras(TEXT)) == [
        "cluster",
        "tracking",
        "service",
        "export",
        "fuzzing",
        "torch",
        "colab",
    ]
    assert environment.apart(TEXT) == {"torch", "colab"}
    text = f"{HEAD}      - a==1\n      # extra b: why\n      #+ c-d==2.0  # reason\n"
    assert environment.extras(text) == {"b": {"c-d": "2.0"}} and environment.pins(text) == {
        "a": "1"
    }


@pytest.mark.parametrize(
    "lines",
    ["      #+ a==1", "      # extra b: c\n      #+ a>=1", "      # extra b: c\n\n      #+ a==1"],
)
def test_an_extra_that_is_written_wrongly_is_an_error(lines):
    with pytest.raises(environment.EnvironmentFileError, match=r"#\+"):
        environment.extras(f"{HEAD}{lines}\n")
