"""How far a batch is, for people: a line for each run, and one that tells the expected end."""

import logging
import sys
import time

from helpers.tools.batch.gathered import printable


class Status:
    """The line that tells how far a batch is: changing on a screen, now and then in a log."""

    def __init__(self, total: int, log: logging.Logger):
        self.total, self.log = total, log
        self.seconds: list[float] = []
        self.shown = time.monotonic()

    def ended(self, chosen, result: dict, done: int, again: bool) -> None:
        """Tells how one run ended."""
        self.seconds.append(result["seconds"])
        words = f"{result['state']:<8} {chosen.name}  {result['seconds']:.0f} s"
        words += f", {result['peak_memory_mb']:,} MB" if result["peak_memory_mb"] else ""
        words += f"  {printable(result['error'])}" if result["error"] else ""
        self._clear()
        self.log.info(f"[{done}/{self.total}] {words}" + ("  (is tried again)" if again else ""))

    def show(self, results: dict, running: dict, left: int, slots: int) -> None:
        """Shows the line, on a screen each time, else every half minute."""
        bad = sum(result["state"] != "ok" for result in results.values())
        line = f"{len(results)} done ({bad} not ok), {len(running)} running, {left} waiting"
        if self.seconds:
            mean = sum(self.seconds) / len(self.seconds)
            rest = mean * (left + len(running) / 2) / max(1, slots)
            line += f", expected end {time.strftime('%H:%M', time.localtime(time.time() + rest))}"
        if sys.stdout.isatty():
            print(f"\r\x1b[K{line}", end="" if left or running else "\r\x1b[K", flush=True)
        elif time.monotonic() - self.shown > 30:
            self.shown = time.monotonic()
            self.log.info(line)

    @staticmethod
    def _clear() -> None:
        if sys.stdout.isatty():
            print("\r\x1b[K", end="")
