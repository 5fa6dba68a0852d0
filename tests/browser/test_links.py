"""Links: the last one that was opened counts, half a one opens nothing, and none stays in the address."""

import logging
import os

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from dems.bootstrap import Dems
from dems.model.digests import Digest
from dems.model.evidence import EvidenceState
from tests.browser.conftest import Traffic
from tests.browser.visits import in_memory, rows, send, verified, visit
from tests.conftest import Team
from tests.invited import Holder, named

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def second(dems: Dems, team: Team) -> Holder:
    return Holder.invited(dems, team, recipient="Southshire Police", asked_for="The second thing", exhibit_prefix="SP")


def test_another_link_in_the_same_tab_begins_anew_with_it(
    dems: Dems, page: Page, url: str, holder: Holder, second: Holder
) -> None:
    visit(page, url, holder)
    page.goto(f"{url}/i#{second.token}")
    expect(page.locator("#recipient")).to_have_text("Southshire Police")
    assert page.url == f"{url}/i"
    send(page, in_memory("for the second.txt", b"abc"))
    verified(page, 1)
    assert (len(rows(dems, holder)), len(rows(dems, second))) == (0, 1)
    page.reload()
    expect(page.locator("#recipient")).to_have_text("Southshire Police")


@pytest.mark.parametrize("away", [True, False])
def test_half_a_link_does_not_open_what_another_one_opened(page: Page, url: str, holder: Holder, *, away: bool) -> None:
    visit(page, url, holder)
    if away:
        page.goto("about:blank")
    page.goto(f"{url}/i#{holder.token[:12]}")
    expect(page.locator("#problem")).to_contain_text("The link is not complete")
    expect(page.locator("#invited")).to_be_hidden()
    assert page.url == f"{url}/i"
    page.reload()
    expect(page.locator("#problem")).to_contain_text("The link is not complete")


def test_while_something_is_on_its_way_another_link_is_asked_about(
    dems: Dems, context: BrowserContext, url: str, holder: Holder, second: Holder, traffic: Traffic
) -> None:
    page = context.new_page()
    visit(page, url, holder)
    traffic.hold = lambda _route, _key: True
    send(page, in_memory("held.bin", os.urandom(1_000)))
    expect(page.locator("#files .state")).to_contain_text("Sending")
    said: list[str] = []
    answers = [False, True]

    def answer(dialog: Dialog) -> None:
        said.append(dialog.message)
        if answers.pop(0):
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    page.evaluate("(token) => { location.hash = token }", second.token)
    expect(page.locator("#recipient")).to_have_text("Northshire Police")
    assert page.url == f"{url}/i", "what was refused does not stay in the address either"
    page.evaluate("(token) => { location.hash = token }", second.token)
    expect(page.locator("#recipient")).to_have_text("Southshire Police")
    assert ["Another link was opened here" in sentence for sentence in said] == [True, True]
    assert rows(dems, holder)[0].evidence.state is EvidenceState.DECLARED
    assert rows(dems, second) == []


def test_where_nothing_can_be_kept_the_link_is_taken_out_of_the_address_all_the_same(
    dems: Dems, page: Page, url: str, holder: Holder
) -> None:
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"])
            Object.defineProperty(window, name, { get() { throw new DOMException("off", "SecurityError"); } });"""
    )
    visit(page, url, holder)
    assert page.url == f"{url}/i"
    send(page, in_memory("a.txt", b"abc"))
    verified(page, 1)
    expect(page.locator("#files .state")).to_have_text("Arrived and verified.")
    assert len(rows(dems, holder)) == 1
    page.reload()
    expect(page.locator("#problem")).to_contain_text("The link is not complete")


@pytest.mark.parametrize("path", ["/i%23{}", "/i/%23{}", "/i%2523{}"])
def test_a_link_whose_sign_was_escaped_is_explained_and_its_secret_written_nowhere(
    page: Page, url: str, holder: Holder, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = page.goto(url + path.format(holder.token))
    assert answer is not None
    assert answer.status == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert holder.token not in answer.text()
    expect(page.get_by_role("heading")).to_have_text("The link has to be copied again")
    expect(page.locator("main")).to_contain_text("write # in its place")
    ours = [r for r in caplog.records if r.name.startswith(("dems", "api"))]
    assert ours, "the request was noted"
    assert not [r for r in ours if holder.token in str(vars(r))]


def test_the_printed_receipt_says_in_words_what_differs(page: Page, url: str, holder: Holder) -> None:
    declared = Digest.sha256(bytes(32))
    good = holder.sent("fine.txt", b"fine")
    (bad,) = holder.add(named("bad.txt", b"abcd", sha256=declared))
    holder.send(bad, b"abcd")
    visit(page, url, holder)
    expect(page.locator("#files")).to_contain_text("What arrived is not what was sent")
    verified(page, 1)
    page.evaluate("window.print = () => { document.body.dataset.printed = 'yes' }")
    page.get_by_role("button", name="Print receipt").click()
    page.wait_for_selector("body[data-printed]")
    lines = page.locator("#printed tbody tr")
    expect(lines.filter(has_text=good.evidence.exhibit_ref.text)).to_contain_text("what is stored is what was declared")
    wrong = lines.filter(has_text=bad.evidence.exhibit_ref.text)
    expect(wrong).to_contain_text("No. What is stored is DIFFERENT from what was declared")
    expect(wrong).to_contain_text(declared.hex)
    expect(wrong).to_contain_text("88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589")
    expect(page.locator("#printed")).not_to_contain_text("Sent by")
