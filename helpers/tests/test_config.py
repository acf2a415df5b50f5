import dataclasses
import subprocess
import sys

import pytest

from helpers import config, storage


def test_parameter_beats_environment_beats_default(monkeypatch):
    def profile(**parameters):
        return config.resolve("x", "dense", **parameters).profile

    assert profile() == "class"
    monkeypatch.setenv("COURSE_PROFILE", "full")
    assert profile() == "full"
    assert profile(profile="smoke") == "smoke"


def test_everything_open_is_filled_from_the_profile(monkeypatch):
    monkeypatch.setenv("CIFAR10_DIR", "somewhere")
    settings = config.resolve("x", "dense", profile="full")
    table = config.PROFILES["full"]
    assert (settings.seeds, settings.epochs) == (table.seeds, table.epochs["dense"])
    assert (settings.dataset, settings.data_dir, settings.use_cache) == ("auto", "somewhere", True)
    assert None not in dataclasses.astuple(settings)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"profile": "fast"}, "profile is 'fast'; expected one of: smoke, class, full"),
        ({"dataset": "mnist"}, "dataset is 'mnist'; expected one of: auto, cifar10, digits"),
        ({"seeds": []}, "seeds is"),
        ({"seeds": [-1]}, "seeds is"),
        ({"seeds": ["a"]}, "seeds is"),
        ({"seeds": "some"}, "seeds is 'some'; expected a list"),
        ({"seeds": "[0, 1.5]"}, "seeds is"),
        ({"use_cache": "false"}, "use_cache is 'false'; expected True or False"),
        ({"use_cache": 0}, "use_cache is 0; expected True or False"),
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"epochs": True}, "epochs is True"),
    ],
)
def test_what_is_not_allowed_is_said(parameters, message):
    with pytest.raises(ValueError, match=message):
        config.resolve("x", "dense", **parameters)


def test_a_dataset_for_all_notebooks_means_each_notebooks_own(monkeypatch):
    monkeypatch.setenv("CIFAR100_DIR", "hundred")
    for named, own in (("digits", "digits100"), ("cifar10", "cifar100"), ("auto", "auto")):
        monkeypatch.setenv("COURSE_DATASET", named)
        settings = config.resolve("x", "dense", about="cifar100")
        assert (settings.dataset, settings.data_dir) == (own, "hundred")
    monkeypatch.setenv("COURSE_DATASET", "digits100")
    assert config.resolve("x", "dense").dataset == "digits"
    with pytest.raises(ValueError, match=r"dataset is .digits.; .*: auto, cifar100, digits100"):
        config.resolve("x", "dense", dataset="digits", about="cifar100")
    with pytest.raises(ValueError, match="about is 'mnist'; expected one of: cifar10, cifar100"):
        config.resolve("x", "dense", about="mnist")


def test_seeds_may_be_a_text_as_papermill_passes_it():
    for given in ("[0, 2]", [0, 2], (0, 2)):
        assert config.resolve("x", "dense", seeds=given).seeds == (0, 2)
    assert config.resolve("x", "dense", seeds="3").seeds == (3,)


def test_other_lists_of_numbers_are_read_like_seeds():
    assert config.whole_numbers("kernel_sizes", "[1, 3]", least=1) == (1, 3)
    with pytest.raises(ValueError, match=r"kernel_sizes is \[0\]; .* from 1 up, as in \[1, 2, 3\]"):
        config.whole_numbers("kernel_sizes", [0], least=1)


def test_profiles_grow_and_divide_into_ten_classes():
    smoke, lesson, full = config.PROFILES.values()
    for part in ("train", "val", "test", "part"):
        sizes = [getattr(profile, part) for profile in (smoke, lesson, full)]
        assert sizes == sorted(sizes) and all(size % 10 == 0 for size in sizes)
    assert smoke.epochs.keys() == lesson.epochs.keys() == full.epochs.keys()


def test_importing_helpers_and_config_loads_nothing_heavy():
    code = "import sys, helpers, helpers.config; print([m for m in sys.modules if m in "
    code += "('numpy', 'keras', 'tensorflow', 'matplotlib', 'sklearn')])"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "[]"


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "new" / "file.txt"
    storage.write_whole(path, "before")
    monkeypatch.setattr("pathlib.Path.write_bytes", lambda self, content: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        storage.write_whole(path, "after")
    assert path.read_text() == "before" and list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["n" * 250, "é" * 120, "short"])
def test_a_long_name_is_written_whole_too(tmp_path, name):
    storage.write_whole(tmp_path / name, "text")
    assert (tmp_path / name).read_text() == "text" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CIFAR-10", ("cifar10", "cifar10")),
        ("CIFAR-10 (JPEG copy)", ("cifar10", "cifar10")),
        ("CIFAR-100 (unverified copy), 7 classes", ("cifar100", "cifar100")),
        ("digits, 5 classes", ("cifar10", "digits")),
        ("digits100", ("cifar100", "digits100")),
    ],
)
def test_the_name_of_a_dataset_tells_what_asks_for_it(name, expected):
    assert config.origin(name) == expected
