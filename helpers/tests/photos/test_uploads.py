"""The upload button, as JupyterLab and as Colab have it."""

import datetime
import sys
import types

import pytest

from helpers.photos import uploads


def test_without_a_button_there_is_nothing():
    assert uploads.received(None) == {}


def test_in_jupyterlab_the_button_is_shown_and_read_later(monkeypatch):
    shown = []
    monkeypatch.setattr(uploads, "display", shown.append)
    button = uploads.ask()
    assert shown == [button] and uploads.received(button) == {}
    file = {"name": "cat.png", "type": "image/png", "size": 3, "content": memoryview(b"abc")}
    changed = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    button.set_trait("value", (file | {"last_modified": changed},))
    assert uploads.received(button) == {"cat.png": b"abc"}


@pytest.fixture
def colab(monkeypatch):
    """What stands in for Colab's own module."""
    files = types.SimpleNamespace(upload=lambda: {"dog.jpg": b"xyz"})
    package, module = types.ModuleType("google.colab"), types.ModuleType("google")
    package.files, module.colab = files, package
    monkeypatch.setitem(sys.modules, "google", module)
    monkeypatch.setitem(sys.modules, "google.colab", package)


def test_in_colab_the_files_come_at_once(colab):
    assert uploads.received(uploads.ask()) == {"dog.jpg": b"xyz"}
