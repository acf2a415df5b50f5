"""The page of the service, used in a headless browser as people use it."""

import json
import math
import re

import pytest

from helpers.tests.service import browser
from helpers.tests.service.browser import (
    PHONE,
    answered,
    choose,
    no_picture,
    picture,
    refused,
    served,
    visit,
)

chromium, service, page = browser.chromium, browser.service, browser.page
pytestmark = pytest.mark.copies

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# hands a file to the page as a drop or a paste does
HAND_OVER = """([kind, name, bytes]) => {
  const held = new DataTransfer();
  if (name) held.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent(kind, { clipboardData: held, ...options })
    : new DragEvent(kind, { dataTransfer: held, ...options });
  return document.getElementById("zone").dispatchEvent(event);
}"""


def said(page, service, file, path="predict") -> dict:
    """What the service itself says about a file."""
    return page.request.post(service.address + path, multipart={"file": file}).json()


def in_percent(share: float, under: str = "under", over: str = "over") -> str:
    percent = math.floor(100 * share + 0.5)
    words = f"{over} 99" if percent >= 100 else str(percent) if percent else f"{under} 1"
    return f"{words}\u00a0%"


def test_a_chosen_picture_gets_an_answer(page, service):
    expected = said(page, service, picture())
    sentence = answered(page, picture())
    assert sentence == f"{expected['class_name']}, {in_percent(expected['confidence'])}"
    rows = page.get_by_role("row").all_inner_texts()[1:]
    shares = sorted(expected["probabilities"].items(), key=lambda pair: -pair[1])
    assert [row.split() for row in rows] == [
        [n, *in_percent(p, "<", ">").split()] for n, p in shares
    ]
    widths = page.evaluate("[...document.querySelectorAll('.bar')].map((b) => b.clientWidth)")
    assert widths == sorted(widths, reverse=True) and widths[0] > widths[-1] > 0
    assert page.locator(".track").first.bounding_box()["width"] > 400  # most of the page
    assert f"Calibrated: {in_percent(expected['calibrated'])}." in page.inner_text("#calibrated")
    assert page.inner_text("#version") == expected["model_version"]
    assert page.inner_text("#filters") == ", ".join(expected["filters_applied"])
    assert page.get_attribute("#result", "aria-busy") == "false"
    assert page.seen.errors == []


def test_the_picture_that_the_network_sees_is_shown_large(page):
    answered(page, picture())
    image = page.get_by_role("img", name="grey.png as the network sees it: 32 by 32 pixels")
    size = image.evaluate("(i) => [i.naturalWidth, i.naturalHeight, i.clientWidth > 200]")
    assert size == [32, 32, True]
    assert image.evaluate("(i) => getComputedStyle(i).imageRendering") == "pixelated"


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(page, service, kind):
    file = picture("held.png")
    page.evaluate(HAND_OVER, [kind, file["name"], list(file["buffer"])])
    page.get_by_role("status").filter(has_text="held.png: ").wait_for()
    assert page.inner_text("#sentence").startswith(said(page, service, file)["class_name"])


def test_a_drop_never_leaves_the_page_and_an_empty_one_is_told(page):
    assert page.evaluate(HAND_OVER, ["dragover", "", []]) is False  # the browser's own way is off
    assert page.evaluate(HAND_OVER, ["drop", "", []]) is False
    assert "no picture in this" in refused(page)


def test_a_bad_file_gets_the_services_sentence_and_clears_the_answer(page, service):
    answered(page, picture())
    choose(page, no_picture())
    assert refused(page) == said(page, service, no_picture())["detail"]
    assert page.locator("#answer").is_hidden()
    assert page.get_attribute("#result", "aria-busy") == "false"
    answered(page, picture())
    assert page.locator("#problem").inner_text() == ""


def test_a_large_file_is_refused_without_being_sent(page, service):
    file = {"name": "large.png", "mimeType": "image/png", "buffer": bytes(10_000_001)}
    choose(page, file)
    assert refused(page) == said(page, service, file)["detail"]
    assert "/predict" not in page.seen.paths() and "/look" not in page.seen.paths()


def test_the_camera_answers_like_a_file(chromium, service):
    with visit(chromium, service.address, **PHONE) as page:
        page.get_by_label("Take a photo").set_input_files(picture("photo.png"))
        page.get_by_role("status").filter(has_text="photo.png: ").wait_for()


def test_the_heat_map_comes_on_request(page):
    answer = answered(page, picture()).partition(",")[0]
    assert "/heat" not in page.seen.paths()
    page.get_by_role("button", name="Show where it looked").click()
    image = page.get_by_role("img", name=re.compile(f"^Heat map.* spoke for {answer}$"))
    image.wait_for()
    assert image.evaluate("(i) => i.decode().then(() => i.naturalWidth)") == 256
    page.get_by_role("button", name="Hide where it looked").click()
    assert image.is_hidden() and page.seen.paths().count("/heat") == 1


def test_a_network_without_a_heat_map_keeps_its_answer(page):
    detail = json.dumps({"detail": "No heat map of this one."})
    page.route("**/heat", lambda route: route.fulfill(status=409, body=detail))
    sentence = answered(page, picture())
    page.get_by_role("button", name="Show where it looked").click()
    assert refused(page) == "No heat map of this one."
    page.get_by_text(sentence, exact=True).wait_for()  # it is still seen


def test_a_name_of_a_file_stays_text(page):
    name = "<img src=x onerror=alert(1)>.png"
    answered(page, picture(name))
    assert page.locator("#status").inner_text().startswith(f"{name}: ")
    assert page.get_attribute("#seen", "alt").startswith(f"{name} as")
    assert page.locator("img[src=x]").count() == 0


def test_the_last_of_two_quick_pictures_wins(page):
    page.evaluate("""() => {
      const ask = window.fetch;
      let waits = 1;
      window.fetch = async (path, options) => {
        const slow = path === "/predict" && waits-- > 0;
        if (slow) await new Promise((go) => setTimeout(go, 1500));
        return ask(path, slow ? { ...options, signal: undefined } : options);
      };
    }""")
    choose(page, picture("first.png", 30))
    answered(page, picture("second.png", 250))
    shown = page.locator("main").inner_text()
    page.wait_for_timeout(2500)
    assert page.seen.paths().count("/predict") == 2
    assert page.locator("main").inner_text() == shown and "second.png" in shown


def test_of_many_classes_the_first_ten_are_shown_at_once(page):
    answer = {"class_id": 7, "class_name": "class 7", "confidence": 0.996, "calibrated": None}
    answer |= {"filters_applied": ["smoothing", "sharpness"], "model_version": "0123456789ab"}
    answer["probabilities"] = {f"class {n}": 0.996 if n == 7 else 0.00004 for n in range(100)}
    page.route("**/predict", lambda route: route.fulfill(json=answer))
    assert answered(page, picture()) == "class 7, over 99\u00a0%"
    assert page.inner_text("#calibrated") == ""
    assert page.inner_text("#filters") == "smoothing, sharpness"
    assert page.get_by_role("row").count() == 11
    page.get_by_role("button", name="Show the other 90 classes").click()
    assert page.get_by_role("row").count() == 101
    assert page.evaluate("document.activeElement.rowIndex") == 11


def test_the_classes_that_it_knows_are_told(page):
    page.get_by_text("It knows only 5 classes: zero, one, two, three, four.").wait_for()


def test_the_policy_is_strict_and_the_browser_keeps_it(page, service):
    assert page.request.get(service.address).headers["content-security-policy"] == POLICY
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), "
        "{ textContent: 'window.ran = true' }))"
    )
    assert page.evaluate("window.ran") is None
    assert sorted(page.evaluate("broken.splice(0)")) == ["script-src-elem", "style-src-attr"]
    page.seen.errors.clear()


def test_a_service_without_a_model_says_why_and_one_that_was_stopped_is_told(chromium, tmp_path):
    with (
        served(tmp_path, tmp_path / "none.keras") as service,
        visit(chromium, service.address) as page,
    ):
        page.get_by_role("status").filter(has_text="There is no file none.keras").wait_for()
        choose(page, picture())
        assert "There is no file none.keras" in refused(page)
        service.stop()
        choose(page, picture())
        page.get_by_role("alert").filter(has_text="The service does not answer").wait_for()
        assert page.locator("#answer").is_hidden()
