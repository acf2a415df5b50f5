"""Pictures that wait at the same time are asked in one call of the network (micro-batches).

A call for eight pictures takes far less than eight calls for one. So a picture that finds others
on their way waits for them, a few milliseconds at most; one that is alone doesn't wait.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from helpers.service.network import Network


class Asker:
    """Collects pictures, asks the network, hands each its own row of the answer.

    All its methods belong to one event loop; only the network itself is called in a thread.

    Args:
        current: Gives the network that is to be asked now, or raises `NoModelError`.
        wait_ms: Milliseconds that a picture waits for others; 0 asks for each alone.
        most: Pictures in one call.
        tell: Called with the number of pictures of each call.
    """

    def __init__(
        self,
        current: Callable[[], Network],
        wait_ms: float = 5.0,
        most: int = 32,
        tell: Callable[[int], None] = lambda count: None,
    ):
        self._current, self._wait, self._most, self._tell = current, wait_ms / 1000, most, tell
        self._waiting: list[tuple[np.ndarray, asyncio.Future]] = []
        self._coming = 0
        self._timer: asyncio.TimerHandle | None = None
        self._busy = False
        self._task: asyncio.Task | None = None  # a task that nobody holds may vanish
        self._thread = ThreadPoolExecutor(1 if wait_ms else None, "network")

    async def ask(self, arriving: Awaitable[np.ndarray]) -> tuple[np.ndarray, Network]:
        """What the network answers for one picture. While it arrives, others wait for it a little.

        Args:
            arriving: Gives the picture, uint8 `(32, 32, 3)`; its errors are passed on.

        Returns:
            Probabilities float32 `(classes,)`, and the network that gave them.

        Raises:
            NoModelError: There is no network.
        """
        if not self._wait:
            picture = await arriving
            network = self._current()
            self._tell(1)
            rows = await self.in_thread(network.ask, picture[None])
            return rows[0], network
        future = asyncio.get_running_loop().create_future()
        self._coming += 1
        try:
            picture = await arriving  # meanwhile, `_waiting` can become another list
            self._waiting.append((picture, future))
        finally:
            self._coming -= 1
            self._look()
        return await future

    async def in_thread(self, function: Callable, *arguments: object) -> object:
        """Calls a function where the network is called, so that one waits for the other."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *arguments)

    def close(self) -> None:
        """Ends the thread after what it has begun."""
        self._thread.shutdown(wait=True)

    def _look(self) -> None:
        """Asks now if nobody else is on the way, else when the wait is over."""
        if self._busy or not self._waiting:
            return
        if not self._coming or len(self._waiting) >= self._most:
            self._begin()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._wait, self._begin)

    def _begin(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._busy or not self._waiting:
            return
        part, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        self._busy = True
        self._task = asyncio.get_running_loop().create_task(self._call(part))

    async def _call(self, part: list[tuple[np.ndarray, asyncio.Future]]) -> None:
        try:
            network = self._current()
            self._tell(len(part))
            rows = await self.in_thread(network.ask, np.stack([picture for picture, _ in part]))
            results = [(row, network) for row in rows]
        except Exception as error:
            results = [error] * len(part)
        for (_, future), result in zip(part, results, strict=True):
            if future.done():  # its client has gone
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
        self._busy = False
        self._look()
