"""A model as a service over HTTP: `python -m helpers.service`, and what a notebook needs of it.

`app` puts it together of `pictures`, `operations` and `pages`; `together` asks the network, `jobs`
trains it on. `started` and `asked` are for notebooks. May import models and the rooms below.
New: an address is a function in one of those three, its form a class in `described`.
"""

from helpers.service.asked import opened, said
from helpers.service.command import main as command
from helpers.service.started import Service, ServiceError, missing, running, start, stop
from helpers.service.stored import newest

__all__ = [
    "Service",
    "ServiceError",
    "command",
    "missing",
    "newest",
    "opened",
    "running",
    "said",
    "start",
    "stop",
]
