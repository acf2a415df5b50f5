"""A model as a service over HTTP: `python -m helpers.service`, and what a notebook needs of it.

`app` puts it together of `pictures`, `operations` and `pages`; `together` asks the network.
May import checks, models and the rooms below them.
New: an address is a function in one of these three, its form a class in `described`.
"""

from helpers.service.started import Service, ServiceError, missing, running, start, stop

__all__ = ["Service", "ServiceError", "missing", "running", "start", "stop"]
