"""What tests of the page do again and again."""

from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from dems.bootstrap import Dems
from dems.ports import IntakeRow
from dems.ports import Page as Rows
from tests.invited import Holder

TWO_PARTS = 9 * 2**20
"""Bytes: few more than one part has. What is hashed twice and sent through two programs takes its time by the byte."""


def visit(page: Page, url: str, holder: Holder) -> None:
    page.goto(f"{url}/i#{holder.token}")
    expect(page.locator("#invited")).to_be_visible()


def rows(dems: Dems, holder: Holder) -> list[IntakeRow]:
    found = dems.intakes.look_up.items(holder.actor, holder.invitation.intake_id, Rows(100), wanted=None, extra=False)
    return found[1]


def verified(page: Page, count: int) -> None:
    expect(page.locator("#files .state.good")).to_have_count(count, timeout=90_000)


def in_memory(name: str, content: bytes) -> FilePayload:
    """A file for the file chooser."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose(page: Page, *files: Any) -> None:
    """Choose these, once the page shows its field: a program can fill one that is hidden still, and nobody hears of it."""
    expect(page.locator("#invited")).to_be_visible()
    page.set_input_files("#picker", list(files))


def send(page: Page, *files: Any) -> None:
    """Choose these and press the button."""
    choose(page, *files)
    page.locator("#send").click()
