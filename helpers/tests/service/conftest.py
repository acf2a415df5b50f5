"""A saved model and its network, made once for all tests of the service."""

import pytest

from helpers import (
    service,
    training,  # noqa: F401 (it starts TensorFlow without its log lines)
)

collect_ignore_glob = ["test_*.py"] if service.missing() else []


@pytest.fixture(scope="session")
def model_file(tmp_path_factory):
    from helpers.tests.service import serving

    return serving.saved_model(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="session")
def opened(model_file):
    from helpers.service import network

    return network.opened(model_file)


@pytest.fixture(scope="module")
def port(opened):
    from helpers.tests.service import serving

    with serving.served(opened) as number:
        yield number
