"""`python -m helpers.service`: see `command`."""

from helpers.service.command import main

main()
