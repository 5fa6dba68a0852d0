"""Interrupted, reloaded, in two tabs, withdrawn in the middle: nothing is sent twice and nothing half-made stays unexplained."""

import hashlib
import os
import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from dems.bootstrap import Dems
from dems.model.evidence import EvidenceState
from tests.browser.conftest import Traffic
from tests.browser.visits import TWO_PARTS, choose, in_memory, rows, send, verified, visit
from tests.conftest import Team
from tests.invited import Holder

pytestmark = pytest.mark.usefixtures("worker")


def hanging_after(count: int) -> tuple[threading.Event, object]:
    """Lets so many parts pass; those that come then wait for ever, as on a connection that is gone."""
    passed, reached = [0], threading.Event()

    def hold(_route: Route, _key: str) -> bool:
        passed[0] += 1
        if passed[0] > count:
            reached.set()
            return True
        return False

    return reached, hold


def one_part_of(page: Page, file: Path) -> None:
    """Send it until the store has one part, whichever that is."""
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        send(page, file)
    expect(page.locator("#total-text")).to_have_text(re.compile("[0-9.]+ MB of [0-9.]+ MB"))


def test_after_a_reload_the_same_file_goes_on_with_what_is_missing(
    dems: Dems, page: Page, url: str, holder: Holder, traffic: Traffic, tmp_path: Path
) -> None:
    content = os.urandom(TWO_PARTS)
    (tmp_path / "long.bin").write_bytes(content)
    _, traffic.hold = hanging_after(1)  # type: ignore[assignment]
    visit(page, url, holder)
    one_part_of(page, tmp_path / "long.bin")
    page.reload()
    expect(page.locator("#invited")).to_be_visible()
    expect(page.locator("#unfinished")).to_contain_text("1 file did not arrive completely")
    expect(page.locator("#files")).to_contain_text("Choose this file again to go on")
    before = dict(traffic.sent)
    assert list(before.values()) == [1]
    traffic.hold = lambda _route, _key: False
    choose(page, tmp_path / "long.bin")
    expect(page.locator("#picked-list")).to_contain_text("goes on where it was interrupted")
    page.locator("#send").click()
    verified(page, 1)
    assert sorted(traffic.sent.values()) == [1] * 2, "no part was sent twice"
    (row,) = rows(dems, holder)
    assert row.evidence.digests["sha256"].hex == hashlib.sha256(content).hexdigest()


def test_another_file_of_the_same_name_and_size_is_told_apart(
    dems: Dems, page: Page, url: str, holder: Holder, traffic: Traffic, tmp_path: Path
) -> None:
    _, traffic.hold = hanging_after(1)  # type: ignore[assignment]
    visit(page, url, holder)
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "film.bin").write_bytes(os.urandom(TWO_PARTS))
    other = os.urandom(TWO_PARTS)
    (tmp_path / "film.bin").write_bytes(other)
    one_part_of(page, tmp_path / "one" / "film.bin")
    page.reload()
    expect(page.locator("#unfinished")).to_be_visible()
    traffic.hold = lambda _route, _key: False
    send(page, tmp_path / "film.bin")
    expect(page.locator("#files")).to_contain_text("yours is sent as a file of its own")
    verified(page, 1)
    begun, own = rows(dems, holder)
    assert own.evidence.digests["sha256"].hex == hashlib.sha256(other).hexdigest()
    assert begun.evidence.state is EvidenceState.UPLOADING, "what was begun is still there, and nothing was added to it"
    expect(page.locator("#files > li").first).to_contain_text("Not complete")


def test_what_has_arrived_is_not_sent_again_unless_wanted(dems: Dems, page: Page, url: str, holder: Holder) -> None:
    visit(page, url, holder)
    send(page, in_memory("note.txt", b"abc"))
    verified(page, 1)
    page.reload()
    verified(page, 1)
    choose(page, in_memory("note.txt", b"abc"))
    expect(page.locator("#picked-list")).to_contain_text("has arrived already")
    expect(page.locator("#send")).to_be_disabled()
    page.get_by_label("Send note.txt all the same").check()
    page.locator("#send").click()
    verified(page, 2)
    assert len(rows(dems, holder)) == 2


def test_two_tabs_with_the_same_file_make_one_item_and_send_it_once(
    dems: Dems, context: BrowserContext, page: Page, url: str, holder: Holder, traffic: Traffic, tmp_path: Path
) -> None:
    other = context.new_page()
    for tab in (page, other):
        visit(tab, url, holder)
    content = os.urandom(TWO_PARTS)
    (tmp_path / "both.bin").write_bytes(content)
    for tab in (page, other):
        choose(tab, tmp_path / "both.bin")
    for tab in (page, other):
        tab.locator("#send").click(no_wait_after=True)
    for tab in (page, other):
        verified(tab, 1)
    (row,) = rows(dems, holder)
    assert row.evidence.digests["sha256"].hex == hashlib.sha256(content).hexdigest()
    assert sorted(traffic.sent.values()) == [1, 1]


def test_an_invitation_that_is_withdrawn_in_the_middle_stops_everything_in_words(
    dems: Dems, page: Page, url: str, team: Team, holder: Holder, traffic: Traffic, tmp_path: Path
) -> None:
    withdrawn = threading.Event()

    def withdraw(_route: Route, _key: str) -> bool:
        if sum(traffic.sent.values()) == 1 and not withdrawn.is_set():
            withdrawn.set()
            dems.invitations.revoke(team.investigator.actor, team.case.id, holder.invitation.id)
        return False

    traffic.hold = withdraw
    visit(page, url, holder)
    (tmp_path / "long.bin").write_bytes(os.urandom(2 * TWO_PARTS))
    send(page, tmp_path / "long.bin")
    expect(page.locator("#problem")).to_contain_text("This invitation was withdrawn. Ask DI Jane Moss, 020 7946 0000.")
    expect(page.locator("#choose")).to_be_hidden()
    with dems.transaction() as tx:
        found = tx.intakes.get(holder.invitation.intake_id)
        assert tx.intakes.counts(found).received == 0
    page.reload()
    expect(page.locator("#problem")).to_contain_text("withdrawn")
    expect(page.locator("#invited")).to_be_hidden()


def test_a_connection_that_is_gone_for_a_while_is_waited_for(
    dems: Dems, page: Page, url: str, holder: Holder, traffic: Traffic, tmp_path: Path
) -> None:
    def cut(_route: Route, _key: str) -> bool:
        traffic.gone = True
        return False

    traffic.hold = cut
    visit(page, url, holder)
    (tmp_path / "patient.bin").write_bytes(os.urandom(TWO_PARTS))
    send(page, tmp_path / "patient.bin")
    expect(page.locator("#total-text")).to_contain_text("No connection at the moment")
    traffic.hold, traffic.gone = (lambda _route, _key: False), False
    verified(page, 1)
    (row,) = rows(dems, holder)
    assert row.evidence.state is EvidenceState.SEALED
    assert not traffic.relayed, "the store was there all the time"


def test_stopping_a_file_leaves_it_explained_and_it_can_be_sent_after_all(
    dems: Dems, page: Page, url: str, holder: Holder, traffic: Traffic, tmp_path: Path
) -> None:
    _, traffic.hold = hanging_after(1)  # type: ignore[assignment]
    visit(page, url, holder)
    (tmp_path / "mistake.bin").write_bytes(os.urandom(TWO_PARTS))
    send(page, tmp_path / "mistake.bin")
    page.get_by_role("button", name="Stop: mistake.bin").click()
    expect(page.locator("#files")).to_contain_text("Stopped: it was not sent")
    traffic.hold = lambda _route, _key: False
    send(page, tmp_path / "mistake.bin")
    verified(page, 1)
    assert len(rows(dems, holder)) == 1


def test_forgetting_the_link_leaves_nothing_on_the_device(page: Page, url: str, holder: Holder) -> None:
    visit(page, url, holder)
    send(page, in_memory("note.txt", b"abc"))
    verified(page, 1)
    assert page.evaluate("Object.keys(sessionStorage).length") == 1
    kept = page.evaluate("JSON.stringify(Object.entries(localStorage))")
    assert "dems-begun-" in kept
    assert holder.token not in kept
    assert "note.txt" not in kept
    page.get_by_role("button", name="Forget my link").click()
    expect(page.locator("#problem")).to_contain_text("The link is not complete")
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
