"""The page of the service for everybody: by keyboard, screen reader, on a phone, in the dark."""

import itertools

import pytest

from helpers.tests.service import browser
from helpers.tests.service.browser import (
    PHONE,
    answered,
    choose,
    no_picture,
    picture,
    refused,
    visit,
)

chromium, service, page = browser.chromium, browser.service, browser.page
pytestmark = pytest.mark.copies

# for each text that is seen: how far its colour is from what lies behind it (WCAG 2.2, 1.4.3)
CONTRASTS = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).slice(0, 3).map((value) => value / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const colour = element ? getComputedStyle(element).backgroundColor : "rgb(255, 255, 255)";
    return parts(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  const seen = [...document.querySelectorAll("body *")].filter((e) =>
    e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  return seen.map((element) => {
    const both = [light(getComputedStyle(element).color), light(behind(element))];
    const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    return [element.textContent.trim(), ratio];
  });
}"""


def test_the_keyboard_is_enough(page):
    def focused() -> str:
        return page.evaluate("document.activeElement.id || document.activeElement.textContent")

    page.keyboard.press("Tab")
    assert focused() == "file"
    outline = page.locator("label[for=file]").evaluate("(e) => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(picture())
    page.locator("#answer").wait_for()
    page.keyboard.press("Tab")
    assert focused() == "heat-button"
    page.keyboard.press("Enter")
    page.get_by_role("img", name="Heat map").wait_for()
    assert focused() == "heat-button"
    choose(page, no_picture())  # as a drop may do; what had the focus is gone
    refused(page)
    assert focused() == "file"
    page.keyboard.press("Tab")
    assert focused() == "How programs can ask it"


def test_everything_has_a_name_and_a_place(page):
    answered(page, picture())
    page.get_by_role("button", name="Show where it looked").click()
    page.get_by_role("img", name="Heat map").wait_for()
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    of_kind = {}
    for node in nodes:
        if not node["ignored"]:
            name = node.get("name", {}).get("value", "")
            of_kind.setdefault(node["role"]["value"], []).append(name.strip())
    named = ("button", "image", "link", "table", "region", "heading", "columnheader", "rowheader")
    assert all(of_kind[kind] and all(of_kind[kind]) for kind in named), of_kind
    counts = {kind: len(of_kind[kind]) for kind in ("region", "rowheader", "image")}
    assert counts == {"region": 7, "rowheader": 5, "image": 2}
    assert {"banner", "main", "contentinfo", "status", "alert"} <= set(of_kind)
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert page.evaluate("document.documentElement.lang") == "en" and page.title()


def test_a_narrow_screen_shows_all_without_scrolling_sideways(chromium, service):
    with visit(chromium, service.address, **PHONE) as page:
        name = "a-picture-with-" + 20 * "very-" + "long_name_" + 60 * "x" + ".png"
        answered(page, picture(name))
        page.get_by_role("button", name="Show where it looked").tap()
        page.get_by_role("img", name="Heat map").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        for control in ("#file", "#camera", "#heat-button", "#heat", "#seen", "#bars", "footer a"):
            box = page.locator(control).bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 320, control
            assert box["width"] >= 44, control
        assert page.get_by_label("Take a photo").get_attribute("capture") == "environment"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_text_can_be_read(chromium, service, scheme):
    with visit(chromium, service.address, color_scheme=scheme) as page:
        assert (
            "255, 255, 255" in page.evaluate("getComputedStyle(document.body).backgroundColor")
        ) == (scheme == "light")
        answered(page, picture())
        found = page.evaluate(CONTRASTS)
        choose(page, no_picture())
        refused(page)
        page.evaluate("document.getElementById('notice').textContent = 'A reason.'")
        found += page.evaluate(CONTRASTS)
        assert len(found) > 50 and {"Choose a picture", "A reason."} <= {text for text, _ in found}
        assert [pair for pair in found if pair[1] < 4.5] == []


@pytest.mark.parametrize(("wish", "moves"), [("reduce", "none"), ("no-preference", "breathe")])
def test_nothing_moves_for_those_who_wish_so(chromium, service, wish, moves):
    with visit(chromium, service.address, reduced_motion=wish) as page:
        held = []
        page.route("**/predict", lambda route: held.insert(0, route))  # it doesn't answer
        choose(page, picture())
        page.get_by_text("Asking about grey.png").wait_for()
        assert page.get_attribute("#result", "aria-busy") == "true"
        style = "getComputedStyle(document.getElementById('status'), '::before').animationName"
        assert page.evaluate(style) == moves
        held[0].abort()
