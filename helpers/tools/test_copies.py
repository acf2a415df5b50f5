"""Tests what takes longer: copies of notebooks, batches, a cluster, interrupted commands.

    python -m helpers.tools.test_copies [PYTEST ARGUMENTS]

As `helpers.tools.test`, which runs all the other tests.
"""

from helpers.tools import test

if __name__ == "__main__":
    test.main(copies=True)
