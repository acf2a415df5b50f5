"""Downloads one known file from the first mirror that serves it well."""

import collections
import contextlib
import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from helpers.errors import PlainError

MINIMUM_RATE = 200_000
WINDOW = 10.0
BLOCK = 1 << 16


class DownloadError(PlainError):
    """No mirror served the file; the message lists what each one did."""


def fetch(
    mirrors: Sequence[str],
    target: Path,
    sha256: str,
    *,
    minimum_rate: float = MINIMUM_RATE,
    window: float = WINDOW,
) -> Path:
    """Downloads a file whose content is known beforehand.

    Mirrors are tried in order. One that answers with an error, stalls, or stays under the minimum
    rate over a whole window is given up. What it served until then is kept beside the target as
    `*.part`, and the next mirror or the next call continues there. The target appears only once
    the checksum is right.

    Args:
        mirrors: Addresses of byte-identical files.
        target: Where the file goes; its folder is made.
        sha256: Expected SHA-256 of the whole file, in hexadecimal.
        minimum_rate: Bytes per second that a mirror must reach.
        window: Seconds over which the rate is measured, and the time-out of a silent host.

    Returns:
        `target`.

    Raises:
        DownloadError: Every mirror failed.
        OSError: The target's folder can't be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    if part.exists() and _sha256(part) == sha256:
        part.replace(target)
        return target
    failures = []
    for address in mirrors:
        host = address.split("/")[2]
        try:
            stitched = _download(address, part, minimum_rate, window)
            if stitched and _sha256(part) != sha256:
                part.unlink()
                _download(address, part, minimum_rate, window)
            found = _sha256(part)
            if found == sha256:
                part.replace(target)
                return target
            part.unlink()
            failures.append(f"{host}: wrong file (SHA-256 {found[:12]}…, expected {sha256[:12]}…)")
        except _GivenUpError as error:
            failures.append(f"{host}: {error}")
    raise DownloadError("; ".join(failures))


class _GivenUpError(Exception):
    """One mirror failed."""


def _download(address: str, part: Path, minimum_rate: float, window: float) -> bool:
    """Fetches into `part`, after what it already holds if the host allows; True if it continued."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with contextlib.ExitStack() as stack:
        with _giving_up(window):
            request = urllib.request.Request(address, headers=headers)
            try:
                response = urllib.request.urlopen(request, timeout=window)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code != 416 or not have:
                    raise
                response = urllib.request.urlopen(address, timeout=window)
            stack.enter_context(response)
        start = _start(response, have)
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        file = stack.enter_context(part.open("r+b" if start else "wb"))
        file.seek(start)
        got = _copy(response, file, start, total, minimum_rate, window)
        file.truncate()
    if total is not None and got < total:
        raise _GivenUpError(f"ended early, after {got:,} of {total:,} bytes")
    return start > 0


@contextlib.contextmanager
def _giving_up(window: float):
    """Turns whatever a network can do wrong into giving up this mirror."""
    try:
        yield
    except urllib.error.HTTPError as error:
        raise _GivenUpError(f"answered {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise _GivenUpError(f"silent for {window:g} s") from error
    except urllib.error.URLError as error:
        raise _GivenUpError(f"not reached ({error.reason})") from error
    except (OSError, http.client.HTTPException) as error:
        raise _GivenUpError(f"connection lost ({error})") from error


def _start(response, have: int) -> int:
    """The byte from which the answer continues: `have` for a partial one, else 0."""
    continues = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
    return have if have and response.status == 206 and continues else 0


def _copy(response, file, start: int, total: int | None, minimum_rate: float, window: float) -> int:
    """Copies the answer to the file; gives up when a whole window stays under the minimum rate.

    Returns:
        Bytes that the file holds now.
    """
    arrivals = collections.deque([(time.monotonic(), start)])
    got = start
    title = Path(file.name).name.removesuffix(".part")
    with tqdm(
        total=total, initial=start, unit="B", unit_scale=True, desc=title, leave=False
    ) as bar:
        while True:
            with _giving_up(window):
                block = response.read1(BLOCK)
            if not block:
                return got
            file.write(block)
            bar.update(len(block))
            got += len(block)
            now = time.monotonic()
            arrivals.append((now, got))
            while len(arrivals) > 2 and now - arrivals[1][0] >= window:
                arrivals.popleft()
            elapsed, moved = now - arrivals[0][0], got - arrivals[0][1]
            if elapsed >= window and moved < minimum_rate * elapsed:
                rate = moved / elapsed / 1000
                raise _GivenUpError(f"too slow ({rate:.0f} kB/s, wanted {minimum_rate / 1000:.0f})")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_whole(path: Path, sha256: str) -> bool:
    """Whether a file is there, can be read, and has this SHA-256."""
    try:
        return _sha256(path) == sha256
    except OSError:
        return False
