"""The page for everyone: accessible by WCAG 2.2 AA as far as a program can tell, on a telephone, and plain about what is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dems.bootstrap import Dems
from tests.browser.conftest import Traffic
from tests.browser.visits import choose, in_memory, send, verified, visit
from tests.conftest import Team, Time
from tests.invited import Holder

pytestmark = pytest.mark.usefixtures("worker")

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
LONG = "a-name-without-any-place-to-break-" * 6 + ".mp4"


def faultless(page: Page) -> None:
    found: dict[str, Any] = Axe().run(page, options=RULES).response
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert any(p["id"] == "color-contrast" for p in found["passes"]), "contrast was computed, not passed over"


def test_it_has_no_faults_that_a_program_finds_in_any_of_its_states(
    page: Page, url: str, holder: Holder, traffic: Traffic
) -> None:
    visit(page, url, holder)
    faultless(page)
    choose(page, in_memory("a.txt", b"abc"), in_memory(LONG, b"def"))
    faultless(page)
    page.locator("#send").click()
    verified(page, 2)
    faultless(page)
    choose(page, in_memory("a.txt", b"abc"))
    faultless(page)
    page.get_by_role("button", name="Remove a.txt").click()
    traffic.hold = lambda _route, _key: True
    send(page, in_memory("held.bin", bytes(9 * 2**20)))
    expect(page.get_by_role("progressbar", name="How far held.bin is")).to_be_visible()
    faultless(page)
    expect(page.locator("[role=status]")).to_have_count(1)
    expect(page.locator("#problem[role=alert]")).to_have_count(1)


def test_what_happens_is_told_to_those_who_do_not_see_it(page: Page, url: str, holder: Holder) -> None:
    visit(page, url, holder)
    choose(page, in_memory("a.txt", b"abc"))
    expect(page.locator("#status")).to_contain_text("1 file added")
    page.locator("#send").click()
    expect(page.locator("#status")).to_contain_text("1 of 1 file arrived and verified", timeout=90_000)


def test_it_fits_a_telephone_and_a_page_at_four_times_its_size(browser: Browser, url: str, holder: Holder) -> None:
    telephone = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = telephone.new_page()
    visit(page, url, holder)
    choose(page, in_memory(LONG, b"abc"))
    expect(page.locator("#picked-list > li")).to_have_count(1)

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, input, a")].filter((e) => e.checkVisibility())
                .map((e) => [e.id || e.textContent, e.getBoundingClientRect()])
                .filter(([, box]) => box.left >= 0 && (box.width < 24 || box.height < 24)).map(([name]) => name)"""
        )
        assert small == []

    fits()
    page.locator("#send").tap()
    verified(page, 1)
    fits()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    fits()
    telephone.close()


def test_every_field_has_a_label_and_every_button_a_name(page: Page, url: str, holder: Holder) -> None:
    visit(page, url, holder)
    choose(page, in_memory("a.txt", b"abc"), in_memory("b.txt", b"abc"))
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("input")].filter((i) => ![...i.labels].some((l) => l.textContent.trim()))
            .map((i) => i.id)"""
    )
    assert nameless == []
    names = page.locator("#picked-list button").evaluate_all("(all) => all.map((b) => b.ariaLabel)")
    assert names == ["Remove a.txt", "Remove b.txt"], "each says which"


def test_less_motion_is_none_and_nothing_depends_on_colour(page: Page, url: str, holder: Holder) -> None:
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    visit(page, url, holder)
    send(page, in_memory("a.txt", b"abc"))
    verified(page, 1)
    expect(page.locator("#files .state")).to_have_text("Arrived and verified.")
    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0


def test_the_clock_of_the_device_may_be_a_day_wrong(page: Page, url: str, dems: Dems, team: Team) -> None:
    holder = Holder.invited(dems, team, expires_at=dems.clock() + timedelta(hours=1))
    page.clock.install(time=dems.clock() + timedelta(days=1))
    page.clock.resume()
    visit(page, url, holder)
    expect(page.locator("#closed")).to_be_hidden()
    send(page, in_memory("a.txt", b"abc"))
    verified(page, 1)


def test_an_invitation_that_has_ended_still_shows_what_was_sent(
    page: Page, url: str, dems: Dems, holder: Holder, time: Time
) -> None:
    row = holder.sent("a.txt", b"abc")
    dems.evidence.seal_many()
    time.ahead = timedelta(days=11)
    visit(page, url, holder)
    expect(page.locator("#closed")).to_contain_text("This invitation ended on")
    expect(page.locator("#picker")).to_be_hidden()
    verified(page, 1)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save receipt as a file").click()
    assert str(row.evidence.id) in download.value.path().read_text()


@pytest.mark.parametrize("fragment", ["", "#", "#dems_in_short", "#%E0%A4%A", "#dems_api_" + "x" * 43])
def test_half_a_link_is_said_to_be_one(page: Page, url: str, fragment: str) -> None:
    page.goto(f"{url}/i{fragment}")
    expect(page.locator("#problem")).to_contain_text("The link is not complete")
    faultless(page)


def test_a_link_that_opens_nothing_says_so(page: Page, url: str) -> None:
    page.goto(f"{url}/i#dems_in_{'x' * 43}")
    expect(page.locator("#problem")).to_contain_text("does not work any more")


def test_without_protection_nothing_is_sent_and_the_page_says_why(page: Page, url: str, holder: Holder) -> None:
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    visit(page, url, holder)
    expect(page.locator("#problem")).to_contain_text("beginning with https://")
    expect(page.locator("#picker")).to_be_hidden()
