"""The intent to complete an upload stays ours for as long as the store works, and longer than a database that fails."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import DatabaseUnavailable
from dems.model.uploads import UploadState
from tests.conftest import Owner, Team
from tests.usecases.sending import LARGE, Held, Sender, sealed_once


@pytest.fixture
def large(dems: Dems, team: Team) -> Sender:
    sender = Sender.declares(dems, team.investigator.actor, team.case, os.urandom(LARGE))
    for number in (1, 2):
        sender.relays(number)
    return sender


@contextmanager
def completing(large: Sender, owner: Owner, **changes: Any) -> Iterator[Callable[[], Any]]:
    """While the store puts the parts together, for as long as the block lasts; what is given tells how long the intent holds."""
    held: Any = Held(large.dems.store, "complete")
    real = large.dems.intake.complete
    slow = replace(real, store=held, intents=replace(real.intents, lease=timedelta(seconds=0.3), **changes))
    done: list[UploadState] = []
    worker = threading.Thread(target=lambda: done.append(slow(large.who, large.upload.id)[0].state))
    worker.start()
    assert held.reached.wait(120)
    try:
        yield lambda: _held_until(large, owner)
    finally:
        held.go_on.set()
        worker.join(120)
    assert done == [UploadState.COMPLETED]


def _held_until(large: Sender, owner: Owner) -> Any:
    [(until,)] = owner(f"SELECT leased_until FROM upload_completions WHERE upload_id = '{large.upload.id}'")  # noqa: S608
    return until


def later(held_until: Callable[[], Any]) -> bool:
    first, until = held_until(), time.monotonic() + 20
    while held_until() == first and time.monotonic() < until:
        time.sleep(0.02)
    return bool(held_until() > first)


def test_an_intent_is_renewed_while_the_store_works(large: Sender, as_owner: Owner) -> None:
    with completing(large, as_owner) as held_until:
        assert later(held_until)
        assert later(held_until), "again and again"
    sealed_once(large)


def test_a_database_that_fails_once_does_not_end_the_renewing(
    large: Sender, as_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    @contextmanager
    def fails_at_the_second() -> Iterator[Any]:
        calls.append(1)
        if len(calls) == 2:
            raise DatabaseUnavailable
        with large.dems.transaction() as tx:
            yield tx

    with completing(large, as_owner, transaction=fails_at_the_second) as held_until:
        assert later(held_until)
    assert [r.error for r in caplog.records if r.message == "intent_not_renewed"] == ["DatabaseUnavailable"]  # type: ignore[attr-defined]
    sealed_once(large)
