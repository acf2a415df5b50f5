"""A headless Chromium, and the service in a process of its own for its page to ask."""

import contextlib
import io
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers import config

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SECONDS = 120  # in which the service has to begin, on a slow machine
# what breaks the content-security policy is noted before the page itself runs
NOTE = """
window.broken = [];
addEventListener("securitypolicyviolation", (e) => broken.push(e.violatedDirective));
"""


PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


@dataclass
class Service:
    """A service that runs.

    Attributes:
        address: Of its page, with a slash at the end.
        process: Its process.
    """

    address: str
    process: subprocess.Popen

    def stop(self) -> None:
        """Ends it, and waits for that."""
        self.process.stdin.close()  # as it is started here, it ends with its input
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Seen:
    """What a page has done so far: requests by address, errors of the console and of scripts."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def paths(self) -> list[str]:
        """Where on the service it has asked."""
        return [re.sub(r"^https?://[^/]+", "", address) for address in self.requests]


@contextlib.contextmanager
def opened() -> Iterator[object]:
    """A browser of Playwright's (https://playwright.dev/python); a test is skipped without one."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="the package playwright is missing (extra fuzzing)"
    )
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"there is no Chromium: none of {', '.join(PROGRAMS)} is installed")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def visit(browser: object, address: str, **options: object) -> Iterator[object]:
    """A page of the service, open; at its end it has asked no other host and broken no rule.

    Args:
        browser: From `opened`.
        address: Of the page.
        options: For Playwright's `new_context`.

    Returns:
        Playwright's page, with what it has done as `seen`.
    """
    context = browser.new_context(**options)
    context.set_default_timeout(20_000)
    context.add_init_script(NOTE)
    page, seen = context.new_page(), Seen()
    page.seen = seen
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", lambda line: seen.errors.append(line.text) if line.type == "error" else None)
    page.on("filechooser", lambda chooser: None)  # now, so that none opens before it is awaited
    try:
        page.goto(address)
        yield page
        assert page.evaluate("broken") == []
        foreign = [
            url for url in seen.requests if not url.removeprefix("blob:").startswith(address)
        ]
        assert foreign == []
        # what the service refuses, the browser itself notes as an error
        assert [line for line in seen.errors if not line.startswith("Failed to load")] == []
    finally:
        context.close()


@contextlib.contextmanager
def served(folder: Path, model: Path) -> Iterator[Service]:
    """The service, started as its command starts it, at a free port.

    Args:
        folder: For its log.
        model: The file that it is told to serve; it may be missing.
    """
    command = [sys.executable, "-m", "helpers.service", "--model", str(model), "--port", "0"]
    log = folder / "log.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--with-parent"],
            cwd=config.course_root(),
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    service = Service("", process)
    try:
        service.address = _address(log, process)
        yield service
    finally:
        service.stop()


def _address(log: Path, process: subprocess.Popen) -> str:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        said = re.search(r"Serving at (http://\S+/) ", log.read_text())
        if said:
            return said[1]
        time.sleep(0.1)
    raise AssertionError(f"the service has not begun: {log.read_text()}")


def picture(name: str = "grey.png", shade: int = 180) -> dict[str, object]:
    """A grey picture file as Playwright takes one; its right half is darker."""
    pixels = np.full((48, 64, 3), shade, np.uint8)
    pixels[:, 32:] //= 2
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": buffer.getvalue()}


def no_picture() -> dict[str, object]:
    """A text whose name ends as a picture's does."""
    return {"name": "notes.png", "mimeType": "image/png", "buffer": b"This is only a text."}


def choose(page: object, file: dict[str, object]) -> None:
    """Chooses a file on the page."""
    page.get_by_label("Choose a picture").set_input_files(file)


def answered(page: object, file: dict[str, object]) -> str:
    """Chooses a file, and waits for the sentence of its answer."""
    choose(page, file)
    page.get_by_role("status").filter(has_text=f"{file['name']}: ").wait_for()
    return page.locator("#sentence").inner_text()


def refused(page: object) -> str:
    """Waits for a refusal; returns its words."""
    alert = page.get_by_role("alert").filter(has_text=re.compile(".")).first
    alert.wait_for()
    return alert.inner_text()


@pytest.fixture(scope="module")
def chromium():
    """The browser."""
    with opened() as browser:
        yield browser


@pytest.fixture(scope="module")
def service(tmp_path_factory, chromium, model_file):
    """A service with the small model of all these tests."""
    with served(tmp_path_factory.mktemp("page"), model_file) as service:
        yield service


@pytest.fixture
def page(chromium, service):
    """Its page, open on a wide screen."""
    with visit(chromium, service.address) as page:
        yield page
