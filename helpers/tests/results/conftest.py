"""Fixtures of the tests of tracking."""

import pytest

from helpers.results import tracking


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    """Each test hears a kind of trouble as if for the first time."""
    monkeypatch.setattr(tracking, "_silent", set())


@pytest.fixture
def mlflow(monkeypatch):
    monkeypatch.setenv("COURSE_TRACKING", "mlflow")
    return pytest.importorskip("mlflow", reason="make setup EXTRAS=tracking")
