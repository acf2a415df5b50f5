"""Pictures that wait together are asked together, and each gets its own answer."""

import asyncio
import threading
import time

import numpy as np
import pytest

from helpers.service.network import NoModelError
from helpers.service.together import Asker


class Slow:
    """A network whose answer is the picture's first pixel, and that counts what it is asked."""

    def __init__(self, seconds: float = 0.02):
        self.seconds, self.asked, self.at_once, self.most_at_once = seconds, [], 0, 0
        self.lock = threading.Lock()

    def ask(self, images):
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self.seconds)
        self.asked.append(len(images))
        with self.lock:
            self.at_once -= 1
        return images[:, 0, 0].astype(np.float32)


async def arriving(number: int, after: float = 0.0) -> np.ndarray:
    await asyncio.sleep(after)
    return np.full((2, 2, 1), number, np.uint8)


def asked(network, pauses, wait_ms=5.0, most=32):
    """What each picture gets that arrives after its pause, and the calls of the network."""

    async def all_of_them():
        asker = Asker(lambda: network, wait_ms, most)
        coming = (asker.ask(arriving(n, pause)) for n, pause in enumerate(pauses))
        try:
            async with asyncio.timeout(20):
                found = await asyncio.gather(*coming)
        finally:
            asker.close()
        return [int(row[0]) for row, _ in found]

    return asyncio.run(all_of_them())


def test_pictures_that_are_there_are_one_call():
    network = Slow()
    assert asked(network, [0.0] * 9) == list(range(9))
    assert sorted(network.asked) in ([9], [1, 8]) and network.most_at_once == 1


def test_each_gets_its_own_answer_whatever_arrives_while_others_are_asked():
    network, rng = Slow(0.003), np.random.default_rng(0)
    pauses = rng.uniform(0, 0.1, 200)
    assert asked(network, pauses, most=8) == list(range(200))
    assert sum(network.asked) == 200 and max(network.asked) <= 8 and len(network.asked) < 120


def test_one_that_is_alone_does_not_wait():
    network = Slow(0.0)
    begin = time.perf_counter()
    asked(network, [0.0], wait_ms=5_000)
    assert time.perf_counter() - begin < 2


def test_nobody_waits_longer_for_one_that_does_not_come():
    network = Slow(0.0)

    async def first_and_late():
        asker = Asker(lambda: network, 5.0)
        late = asyncio.create_task(asker.ask(arriving(1, 3)))
        await asyncio.sleep(0.01)
        begin = time.perf_counter()
        await asker.ask(arriving(0))
        waited = time.perf_counter() - begin
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        asker.close()
        return waited

    assert asyncio.run(first_and_late()) < 2 and network.asked == [1]


def test_without_a_wait_each_is_asked_alone():
    network = Slow()
    assert asked(network, [0.0] * 5, wait_ms=0) == list(range(5))
    assert network.asked == [1] * 5


@pytest.mark.parametrize("wait_ms", [0.0, 5.0])
def test_errors_reach_those_who_asked_and_the_next_are_answered(wait_ms):
    broken = Slow(0.0)

    def fails(images):
        raise RuntimeError("out of memory")

    async def both():
        asker = Asker(lambda: broken, wait_ms)
        broken.ask = fails
        first = await asyncio.gather(
            *(asker.ask(arriving(n)) for n in range(3)), return_exceptions=True
        )
        del broken.ask
        row, _ = await asker.ask(arriving(7))
        asker.close()
        return first, int(row[0])

    first, then = asyncio.run(both())
    assert [str(error) for error in first] == ["out of memory"] * 3 and then == 7


def test_a_picture_that_cannot_be_read_holds_nobody_up():
    async def bad():
        raise ValueError("no picture")

    async def together():
        asker = Asker(lambda: Slow(0.0), 5_000.0)
        found = await asyncio.gather(
            asker.ask(bad()), asker.ask(arriving(3)), return_exceptions=True
        )
        asker.close()
        return found

    begin = time.perf_counter()
    error, (row, _) = asyncio.run(together())
    assert isinstance(error, ValueError) and row[0] == 3 and time.perf_counter() - begin < 2


def test_a_client_that_has_gone_takes_nothing_from_the_others():
    network = Slow(0.05)

    async def one_leaves():
        asker = Asker(lambda: network, 5.0)
        tasks = [asyncio.create_task(asker.ask(arriving(n))) for n in range(4)]
        await asyncio.sleep(0.02)
        tasks[1].cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        asker.close()
        return found

    found = asyncio.run(one_leaves())
    assert isinstance(found[1], asyncio.CancelledError)
    assert [int(found[n][0][0]) for n in (0, 2, 3)] == [0, 2, 3]


def test_without_a_network_nobody_waits():
    def none():
        raise NoModelError

    with pytest.raises(NoModelError):
        asyncio.run(_ask_once(none))


async def _ask_once(current):
    asker = Asker(current)
    try:
        await asker.ask(arriving(0))
    finally:
        asker.close()
