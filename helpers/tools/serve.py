"""Serves a model over HTTP, in the course's environment.

    python -m helpers.tools.serve [--model FILE.keras] [--port 8000]

The options are those of `helpers.service`.
"""

from helpers.tools import setup


def main() -> None:
    """Sets the packages up if they are missing, then serves until it is interrupted."""
    setup.ensure()
    from helpers import service

    service.command()


if __name__ == "__main__":
    main()
