"""Networks of these tests begin with the same weights each time."""

import keras
import pytest


@pytest.fixture(autouse=True)
def seeded():
    """Layers draw the seeds of their weights when they are made: two filters may be unlucky."""
    keras.utils.set_random_seed(1)
