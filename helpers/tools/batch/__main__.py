"""The command `python -m helpers.tools.batch`."""

from helpers.tools.batch.command import main

if __name__ == "__main__":
    main()
