"""The command `python -m helpers.tools.publish`."""

from helpers.tools.publish.command import main

if __name__ == "__main__":
    main()
