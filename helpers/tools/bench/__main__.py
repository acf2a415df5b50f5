"""The command `python -m helpers.tools.bench`."""

from helpers.tools.bench.command import main

if __name__ == "__main__":
    main()
