"""CIFAR-100: read, refused, downloaded; the same ladder as CIFAR-10."""

import dataclasses
import hashlib
import http.server
import tarfile
import threading

import numpy as np
import pytest

from helpers.data import archives, cifar, ladder, order, sources
from helpers.data.cifar import DataError
from helpers.data.layouts import CIFAR100
from helpers.tests.conftest import linked, numbers, python2_pickle, spoil
from helpers.tests.data import hundred


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A complete folder in the official layout; tests don't change it."""
    return hundred.write(tmp_path_factory.mktemp("hundred") / CIFAR100.folder)


@pytest.fixture(scope="module")
def archive(made, tmp_path_factory):
    """The same as an archive."""
    return hundred.packed(made, tmp_path_factory.mktemp("archive") / CIFAR100.archive)


@pytest.fixture
def folder(made, tmp_path):
    """A copy of the good folder that a test may spoil; unchanged files are links."""
    return linked(made, tmp_path / CIFAR100.folder)


def test_reads_every_image_with_both_labels(made):
    copy = cifar.read(made, CIFAR100)
    assert copy.arrays["x_train"].shape == (50_000, 32, 32, 3)
    assert (np.sort(numbers(copy.arrays["x_test"])) == np.arange(50_000, 60_000)).all()
    for part in ("train", "test"):
        assert (copy.arrays[f"y_{part}"] == numbers(copy.arrays[f"x_{part}"]) % 100).all()
    assert copy.class_names[7] == "fine 7" and copy.superclass_names[19] == "coarse 19"
    assert copy.superclass_of == tuple(label * 7 % 20 for label in range(100))
    assert copy.name == "CIFAR-100 (unverified copy)"


def test_the_official_set_is_known_in_any_order(made, folder, monkeypatch):
    arrays = cifar.read(made, CIFAR100).arrays
    sets = {
        part: order.of_set(order.digests(arrays[f"x_{part}"], arrays[f"y_{part}"]))
        for part in ("train", "test")
    }
    monkeypatch.setitem(order.KNOWN, "CIFAR-100", sets)
    turned = hundred.record("test")
    for key in (b"fine_labels", b"coarse_labels", b"data"):
        turned[key] = turned[key][::-1]
    turned[b"data"] = np.ascontiguousarray(turned[b"data"])
    spoil(folder / "test", python2_pickle(turned))
    again = cifar.read(folder, CIFAR100)
    assert again.name == "CIFAR-100"
    assert all((again.arrays[name] == arrays[name]).all() for name in arrays)


def test_the_split_is_by_fine_class(made, capsys):
    data = ladder.load("cifar100", "full", data_dir=made)
    for part, each in (("train", 450), ("val", 50), ("test", 100)):
        assert (np.bincount(getattr(data, f"y_{part}")) == each).all()
    assert not set(numbers(data.x_train)) & set(numbers(data.x_val))
    small = ladder.load("cifar100", "smoke", data_dir=made)
    assert set(numbers(small.x_train)) < set(numbers(data.x_train))
    said = capsys.readouterr().out
    assert "45,000 training, 5,000 validation and 10,000 test images of 100 classes" in said


def test_chosen_classes_keep_their_superclass(made):
    names = ["fine 3", "fine 1"]
    data = ladder.load("cifar100", "smoke", data_dir=made, classes=names)
    assert data.superclass_of == (1, 7) and len(data.superclass_names) == 20
    first = data.x_train[data.y_train == 0]
    assert set(data.y_train) == {0, 1} and (numbers(first) % 100 == 3).all()


def changed(name, **values):
    record = hundred.record(name) if name != "meta" else hundred.meta()
    return python2_pickle(record | {key.encode(): value for key, value in values.items()})


WRONG = {
    "fine labels up to 100": ("test", {"fine_labels": [100] * 10_000}, "from 0 to 99"),
    "coarse labels up to 20": ("test", {"coarse_labels": [20] * 10_000}, "from 0 to 19"),
    "no coarse labels": ("train", {"coarse_labels": None}, "coarse_labels are NoneType"),
    "too few": ("train", {"fine_labels": [0] * 10}, "fine_labels are 10 values; .* 50,000"),
    "rows": ("test", {"data": np.zeros((10, 3072), np.uint8)}, r"\(10, 3072\); .*\(10000, 3072\)"),
    "one class alone": ("test", {"fine_labels": [7] * 10_000}, "100 of each class"),
    "two superclasses": ("test", {"coarse_labels": [0] * 10_000}, "different coarse labels"),
    "names": ("meta", {"coarse_label_names": [b"a"]}, "coarse_label_names should be a list of 20"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_said_in_one_line(folder, case):
    name, values, message = WRONG[case]
    spoil(folder / name, changed(name, **values))
    with pytest.raises(DataError, match=message) as told:
        cifar.read(folder, CIFAR100)
    assert len(str(told.value).splitlines()) == 1 and str(folder) in str(told.value)


def test_a_pickle_that_loads_anything_else_is_refused(folder):
    spoil(folder / "meta", b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(DataError, match=r"asks to load os\.system.*nothing was executed"):
        cifar.read(folder, CIFAR100)


def test_the_other_set_under_this_name_is_said(cifar_folder, made, archive, tmp_path, monkeypatch):
    other = tmp_path / CIFAR100.archive
    with tarfile.open(other, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder, "cifar-10-batches-py")
    monkeypatch.setenv("CIFAR100_DIR", str(other))
    with pytest.raises(DataError, match=r"CIFAR-100's .* It holds CIFAR-10, which CIFAR10_DIR"):
        ladder.load("cifar100", "smoke")
    with pytest.raises(DataError, match=r"CIFAR-100 folder.*there is CIFAR-10, which CIFAR10_DIR"):
        ladder.load("auto", "smoke", data_dir=cifar_folder, auto="cifar100")
    with pytest.raises(DataError, match=r"It holds CIFAR-100, which CIFAR100_DIR names"):
        ladder.load("cifar10", "smoke", data_dir=archive)
    with pytest.raises(DataError, match=r"CIFAR-10 folder.*there is CIFAR-100, which CIFAR100_DIR"):
        ladder.load("cifar10", "smoke", data_dir=made)


def test_each_set_has_its_own_variable(made, archive, monkeypatch):
    monkeypatch.setenv("CIFAR10_DIR", "/nowhere")
    monkeypatch.setenv("CIFAR100_DIR", str(archive))
    source = sources.locate("auto", auto="cifar100")
    assert (source.rung, source.path) == (sources.NAMED, archive)
    assert ladder.load("cifar100", "smoke").name == "CIFAR-100 (unverified copy)"
    assert archives.inside(archive.parent, CIFAR100) == archive


def test_without_a_network_auto_takes_pairs_and_cifar100_fails(monkeypatch, capsys):
    nowhere = dataclasses.replace(CIFAR100, mirrors=("http://127.0.0.1:9/c.tar.gz",))
    monkeypatch.setattr(sources, "CIFAR100", nowhere)
    data = ladder.load("auto", "smoke", auto="cifar100")
    assert (data.name, len(data.class_names), len(data.superclass_names)) == ("digits100", 100, 10)
    said = capsys.readouterr().out
    assert "pairs of handwritten digits" in said and "not CIFAR-100 numbers" in said
    with pytest.raises(DataError, match=r"CIFAR-100 is not .*[^$]*CIFAR100_DIR[^$]*'digits100'"):
        ladder.load("cifar100", "smoke")


@pytest.mark.parametrize("given", [("cifar1000", "cifar10"), ("auto", "digits")])
def test_a_name_that_is_not_known_is_said(given):
    with pytest.raises(ValueError, match=r"expected one of: .*cifar100"):
        ladder.load(given[0], "smoke", auto=given[1])


def test_a_download_from_a_server(archive, monkeypatch, tmp_path, capsys):
    handler = lambda *a: http.server.SimpleHTTPRequestHandler(*a, directory=archive.parent)  # noqa: E731
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    known = dataclasses.replace(
        CIFAR100,
        mirrors=(f"{here}/missing.tar.gz", f"{here}/{archive.name}"),
        sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
    )
    monkeypatch.setattr(sources, "CIFAR100", known)
    monkeypatch.setattr(cifar, "_copy_name", lambda official, meta, layout: layout.name)
    try:
        data = ladder.load("auto", "smoke", auto="cifar100")
    finally:
        server.shutdown()
        server.server_close()
    folder = tmp_path / "keras" / "datasets" / "cifar-100-python-target" / CIFAR100.folder
    assert data.name == "CIFAR-100" and sorted(p.name for p in folder.iterdir()) == sorted(
        CIFAR100.files
    )
    assert "Downloading CIFAR-100 (169 MB)" in capsys.readouterr().out
    assert sources.locate("cifar100").rung == sources.CACHED
