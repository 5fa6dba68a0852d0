"""Files sent on the page: large, empty, dropped, by keyboard; what arrives is what was chosen."""

import base64
import hashlib
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dems.bootstrap import Dems
from tests.browser.conftest import Traffic
from tests.browser.visits import TWO_PARTS, choose, in_memory, rows, verified, visit
from tests.conftest import Team
from tests.invited import Holder

pytestmark = pytest.mark.usefixtures("worker")


def test_files_of_all_sizes_arrive_and_are_receipted(
    dems: Dems, page: Page, url: str, holder: Holder, traffic: Traffic, tmp_path: Path
) -> None:
    contents = {"large.bin": os.urandom(2 * TWO_PARTS), "small.txt": b"abc", "empty.txt": b""}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    visit(page, url, holder)
    expect(page.get_by_text("Footage of the custody desk, 3 March")).to_be_visible()
    expect(page.locator("#contact")).to_have_text("DI Jane Moss, 020 7946 0000")
    assert holder.token not in page.url, "the secret is taken out of the address"
    choose(page, *(tmp_path / name for name in contents))
    page.get_by_label("What is small.txt?").fill("A note")
    expect(page.get_by_role("button", name="Send 3 files")).to_be_enabled()
    page.get_by_role("button", name="Send 3 files").click()
    verified(page, 3)
    found = {r.evidence.name.text: r for r in rows(dems, holder) if r.evidence.name}
    for name, content in contents.items():
        digest = hashlib.sha256(content).hexdigest()
        row = found[name]
        assert row.evidence.digests["sha256"].hex == digest
        assert row.upload is not None
        assert row.upload.declared is not None
        assert row.upload.declared.hex == digest, "declared by the sender's browser, over the whole file"
        expect(page.get_by_text(f"SHA-256 {digest}")).to_be_visible()
    assert found["small.txt"].evidence.description == "A note"
    assert sum(traffic.sent.values()) == 5, "three parts and two small files, each once, straight to the store"
    assert not traffic.relayed
    with page.expect_download() as download:
        page.get_by_role("button", name="Save receipt as a file").click()
    saved = download.value.path().read_text()
    assert all(hashlib.sha256(c).hexdigest() in saved for c in contents.values())
    assert "leaf_hash" in saved
    assert holder.token not in saved
    page.evaluate("window.print = () => { document.body.dataset.printed = 'yes' }")
    page.get_by_role("button", name="Print receipt").click()
    page.wait_for_selector("body[data-printed]")
    page.emulate_media(media="print")
    expect(page.locator("#printed tbody tr")).to_have_count(3)
    expect(page.locator("#printed")).to_be_visible()
    expect(page.locator("#printed")).to_contain_text("NP/1")
    expect(page.locator("#choose")).to_be_hidden()


def test_what_is_dropped_is_taken_and_names_are_text(dems: Dems, page: Page, url: str, holder: Holder) -> None:
    visit(page, url, holder)
    marked = "\u202efdp.exe <img src=x onerror=document.title='taken'>.pdf"
    page.evaluate(
        """(name) => {
            const brought = new DataTransfer();
            brought.items.add(new File(["dropped"], name));
            brought.items.add(new File(["second"], "second.txt"));
            const drop = document.getElementById("drop");
            for (const kind of ["dragenter", "dragover", "drop"])
                drop.dispatchEvent(new DragEvent(kind, { dataTransfer: brought, bubbles: true, cancelable: true }));
        }""",
        marked,
    )
    expect(page.locator("#picked-list > li")).to_have_count(2)
    expect(page.locator("#picked-list")).to_contain_text("[U+202E]fdp.exe <img src=x")
    assert page.locator("img").count() == 0
    page.get_by_role("button", name="Remove second.txt").click()
    page.get_by_role("button", name="Send 1 file").click()
    verified(page, 1)
    (row,) = rows(dems, holder)
    assert row.evidence.name is not None
    assert row.evidence.name.text == marked, "kept as it is"
    assert page.title() == "Send files"
    assert page.locator("img").count() == 0


def test_everything_is_done_with_the_keyboard(dems: Dems, page: Page, url: str, holder: Holder, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes(b"by keyboard")
    visit(page, url, holder)

    def focused() -> str:
        name: str = page.evaluate("document.activeElement.id || document.activeElement.textContent")
        return name

    page.keyboard.press("Tab")
    assert focused() == "Go to choosing files"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused() == "picker"
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(tmp_path / "note.txt")
    expect(page.get_by_role("button", name="Send 1 file")).to_be_visible()
    reached = []
    while focused() != "send":
        page.keyboard.press("Tab")
        reached.append(focused())
        assert len(reached) < 10, reached
    assert reached == ["described-1", "Remove", "send"]
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "where one is, is seen"
    page.keyboard.press("Enter")
    # The page may still be asking what is left of the invitation when the file, on its way meanwhile, is verified already.
    expect(page.locator("#yours-title")).to_be_focused()
    verified(page, 1)
    assert len(rows(dems, holder)) == 1


def test_where_the_store_cannot_be_reached_files_go_through_us(
    dems: Dems, page: Page, url: str, holder: Holder, traffic: Traffic
) -> None:
    traffic.closed = True
    visit(page, url, holder)
    content = os.urandom(TWO_PARTS)
    choose(page, in_memory("a.bin", content), in_memory("b.bin", b""))
    page.get_by_role("button", name="Send 2 files").click()
    verified(page, 2)
    expect(page.get_by_text("another way")).to_be_visible()
    assert sorted(traffic.relayed.values()) == [1, 1, 1]
    assert {r.evidence.digests["sha256"].hex for r in rows(dems, holder)} == {
        hashlib.sha256(c).hexdigest() for c in (content, b"")
    }


def test_more_than_was_agreed_is_refused_in_words_and_nothing_is_sent(
    dems: Dems, page: Page, url: str, team: Team
) -> None:
    holder = Holder.invited(dems, team, max_files=2, max_bytes=10)
    visit(page, url, holder)
    choose(page, *(in_memory(f"{n}.txt", b"abc") for n in range(3)))
    page.get_by_role("button", name="Send 3 files").click()
    expect(page.locator("#picked-problem")).to_contain_text("you can still send 2 files with 10 bytes together")
    page.get_by_role("button", name="Remove 0.txt").click()
    page.get_by_role("button", name="Remove 1.txt").click()
    choose(page, in_memory("exactly.txt", b"1234567"))
    page.get_by_role("button", name="Send 2 files").click()
    verified(page, 2)
    expect(page.locator("#closed")).to_contain_text("All the files that you may send")
    assert [r.evidence.size for r in rows(dems, holder)] == [3, 7]


def test_the_program_that_hashes_whole_files_is_right(page: Page, url: str, holder: Holder) -> None:
    visit(page, url, holder)
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1_000_003):
        content = os.urandom(size)
        found = page.evaluate(
            """async (text) => {
                const { Sha256 } = await import("./i/sha256.js");
                const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
                const hashing = new Sha256();
                for (let at = 0, step = 1; at < bytes.length; at += step, step = step * 3 + 1)
                    hashing.update(bytes.subarray(at, at + step));
                return hashing.hex();
            }""",
            base64.b64encode(content).decode(),
        )
        assert found == hashlib.sha256(content).hexdigest(), size
