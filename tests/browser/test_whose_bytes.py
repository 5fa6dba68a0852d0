"""A name and a size say nothing: a file has arrived when its own SHA-256 is the item's, whoever else uses the same link."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from dems.bootstrap import Dems
from dems.model.evidence import EvidenceState
from dems.model.ids import UploadId
from dems.ports import IntakeRow
from tests.browser.conftest import Traffic
from tests.browser.visits import TWO_PARTS, choose, in_memory, rows, send, verified, visit
from tests.conftest import Team
from tests.invited import Holder
from tests.world import pieces

pytestmark = pytest.mark.usefixtures("worker")
OWN = "yours is sent as a file of its own"


@pytest.fixture
def holder(dems: Dems, team: Team) -> Holder:
    return Holder.invited(dems, team, max_files=50, max_bytes=200_000_000)


@pytest.fixture
def elsewhere(browser: Browser) -> Iterator[Page]:
    """Another device: nothing is remembered on it."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def found(dems: Dems, holder: Holder) -> list[str | None]:
    """What is sealed, in the order in which it was listed."""
    return [r.evidence.digests["sha256"].hex if r.evidence.digests else None for r in rows(dems, holder)]


def row_with(page: Page, digest: str) -> Locator:
    return page.locator("#files > li").filter(has_text=f"SHA-256 {digest}")


def holding(traffic: Traffic) -> Callable[[], None]:
    """Every part waits until it is let go."""
    waiting: list[Route] = []

    def hold(route: Route, _key: str) -> bool:
        waiting.append(route)
        return True

    def go_on() -> None:
        traffic.hold = lambda _route, _key: False
        for route in waiting:
            route.continue_()

    traffic.hold = hold
    return go_on


def six_listed(page: Page, dems: Dems, holder: Holder) -> list[bytes]:
    contents = [os.urandom(4_000) for _ in range(6)]
    send(page, *[in_memory(f"IMG_000{n}.JPG", c) for n, c in enumerate(contents)])
    expect(page.locator("#files .state").filter(has_text="Waiting for its turn")).to_have_count(3)
    assert len(rows(dems, holder)) == 6
    return contents


def filled_by_the_investigator(dems: Dems, team: Team, row: IntakeRow, content: bytes) -> None:
    assert row.upload is not None
    upload = UploadId(row.upload.id)
    dems.intake.receive(team.investigator.actor, upload, lambda u: pieces(content, u.part_size))


def test_two_laptops_with_one_link_never_fill_each_others_files(
    dems: Dems, page: Page, elsewhere: Page, url: str, holder: Holder, traffic: Traffic
) -> None:
    go_on = holding(traffic)
    visit(page, url, holder)
    first = six_listed(page, dems, holder)
    second = os.urandom(4_000)
    visit(elsewhere, url, holder)
    choose(elsewhere, in_memory("IMG_0005.JPG", second))
    expect(elsewhere.locator("#picked-list .state")).to_contain_text("begun on another device")
    elsewhere.locator("#send").click()
    expect(row_with(elsewhere, sha256(second))).to_contain_text(OWN)
    expect(row_with(elsewhere, sha256(second)).locator(".state")).to_have_text("Arrived and verified.")
    go_on()
    verified(page, 7)
    assert found(dems, holder) == [sha256(c) for c in (*first, second)], "each is what its sender chose"
    for content in first:
        expect(row_with(page, sha256(content)).locator(".state")).to_have_text("Arrived and verified.")
    expect(row_with(page, sha256(second)).locator(".state")).to_contain_text("not sent from this browser")


def test_bytes_that_somebody_else_put_in_are_not_called_ours(
    dems: Dems, team: Team, page: Page, url: str, holder: Holder, traffic: Traffic
) -> None:
    go_on = holding(traffic)
    visit(page, url, holder)
    first = six_listed(page, dems, holder)
    other = os.urandom(4_000)
    filled_by_the_investigator(dems, team, rows(dems, holder)[5], other)
    go_on()
    own = row_with(page, sha256(first[5]))
    expect(own.locator(".state")).to_have_text("Arrived and verified.", timeout=90_000)
    expect(own).to_contain_text(OWN)
    taken = page.locator("#files > li").nth(5)
    expect(taken).to_contain_text("Another file with this name and size has arrived here, not yours")
    expect(taken.locator(".state.good")).to_have_count(0)
    assert found(dems, holder)[5:] == [sha256(other), sha256(first[5])]
    assert rows(dems, holder)[5].evidence.state is EvidenceState.SEALED, (
        "what the investigator sent is not made wrong by us"
    )
    page.reload()
    expect(page.locator("#files > li").nth(5)).to_contain_text("not yours")
    verified(page, 6)


def test_what_this_browser_did_not_finish_is_compared_and_not_called_arrived(
    dems: Dems, team: Team, page: Page, url: str, holder: Holder, traffic: Traffic
) -> None:
    holding(traffic)
    visit(page, url, holder)
    mine, other = six_listed(page, dems, holder)[5], os.urandom(4_000)
    page.goto("about:blank")
    traffic.hold = lambda _route, _key: False
    filled_by_the_investigator(dems, team, rows(dems, holder)[5], other)
    page.goto(f"{url}/i")
    expect(row_with(page, sha256(other))).to_contain_text("it may be another one than yours", timeout=90_000)
    verified(page, 0)
    choose(page, in_memory("IMG_0005.JPG", mine))
    expect(page.locator("#picked-list")).to_contain_text(OWN)
    page.locator("#send").click()
    expect(row_with(page, sha256(mine)).locator(".state")).to_have_text("Arrived and verified.", timeout=90_000)
    assert found(dems, holder)[5:] == [sha256(other), sha256(mine)]


def test_on_another_device_a_file_goes_on_only_with_parts_that_agree(
    dems: Dems, page: Page, elsewhere: Page, url: str, holder: Holder, traffic: Traffic, tmp_path: Path
) -> None:
    begun, other = os.urandom(TWO_PARTS), os.urandom(TWO_PARTS)
    for folder, content in (("one", begun), ("two", other)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "film.bin").write_bytes(content)
    traffic.hold = lambda _route, _key: sum(traffic.sent.values()) > 0
    visit(page, url, holder)
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        send(page, tmp_path / "one" / "film.bin")
    expect(page.locator("#total-text")).to_have_text(re.compile("[0-9.]+ MB of [0-9.]+ MB"))
    page.goto("about:blank")
    visit(elsewhere, url, holder)
    sent: list[str] = []
    elsewhere.on("request", lambda r: sent.append(r.url) if r.method == "PUT" else None)
    send(elsewhere, tmp_path / "two" / "film.bin")
    verified(elsewhere, 1)
    assert len(sent) == 2
    half, own = rows(dems, holder)
    assert half.evidence.state is EvidenceState.UPLOADING
    assert own.evidence.digests["sha256"].hex == sha256(other)
    send(elsewhere, tmp_path / "one" / "film.bin")
    verified(elsewhere, 2)
    assert len(sent) == 3, "the part that was there was compared, not sent"
    assert found(dems, holder) == [sha256(begun), sha256(other)]


def test_another_file_with_the_name_and_size_of_one_that_arrived_is_sent(
    dems: Dems, page: Page, url: str, holder: Holder
) -> None:
    visit(page, url, holder)
    send(page, in_memory("DVR.avi", b"first disc"))
    verified(page, 1)
    choose(page, in_memory("DVR.avi", b"other disc"), in_memory("DVR.avi", b"first disc"))
    states = page.locator("#picked-list .state")
    expect(states.nth(0)).to_contain_text(OWN)
    expect(states.nth(1)).to_contain_text("has arrived already: it is the same, byte for byte")
    page.get_by_role("button", name="Send 1 file").click()
    verified(page, 2)
    assert found(dems, holder) == [sha256(b"first disc"), sha256(b"other disc")]
