"""A process that ends with the one that started it, whatever happens to that one."""

import os
import sys
import threading
from collections.abc import Callable


def end_with_parent(end: Callable[[], None] = lambda: os._exit(1)) -> None:
    """Calls `end` when the standard input is closed: the parent holds its other end, a pipe.

    The system closes that pipe also when the parent is killed, on every system.
    """
    threading.Thread(target=_wait, args=(end,), daemon=True, name="lifeline").start()


def _wait(end: Callable[[], None]) -> None:
    while True:
        try:
            if not os.read(sys.stdin.fileno(), 1024):
                break
        except OSError:
            break
    end()
