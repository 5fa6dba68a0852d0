"""Parts in company: sent twice, both ways, too late, while somebody completes or abandons; and a store that lists other parts."""

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import PartDiffers, PartsMissing, WrongState
from dems.model.evidence import EvidenceState
from dems.model.ids import UploadId
from dems.model.uploads import UploadState
from dems.ports import JobKind
from storage.errors import StorageError
from tests.conftest import Owner, Sent, Team, Time
from tests.faults.parts_journey import put_directly
from tests.usecases.sending import LARGE, Held, Sender, at_once, orphans, sealed_once, through
from tests.world import World

SIZES = [70_000, LARGE]


@pytest.fixture(params=SIZES, ids=["one part", "two parts"])
def sender(request: pytest.FixtureRequest, dems: Dems, team: Team) -> Sender:
    return Sender.declares(dems, team.investigator.actor, team.case, os.urandom(request.param))


def test_two_people_who_send_the_same_part_at_once_send_one_part(
    sender: Sender, dems: Dems, team: Team, world: World
) -> None:
    colleague = world.somebody("investigator")
    world.join(team.case, colleague, "investigator", by=team.manager)
    other = Sender(dems, colleague.actor, sender.intake, sender.token, sender.contents)
    both_came = threading.Barrier(2)
    first, second = at_once(*(lambda s=s: s.relays(1, on_the_way=lambda: both_came.wait(60)) for s in (sender, other)))
    assert (first.sha256, first.etag) == (second.sha256, second.etag)
    for number in range(2, sender.upload.part_count + 1):
        other.relays(number)
    assert other.completes().state is UploadState.COMPLETED
    sealed_once(sender)


def test_of_two_who_send_different_bytes_for_a_part_at_once_one_is_told(sender: Sender) -> None:
    both_came = threading.Barrier(2)
    changed = bytes([sender.part(1)[0] ^ 1]) + sender.part(1)[1:]
    sent = at_once(
        *(lambda d=d: sender.relays(1, data=d, on_the_way=lambda: both_came.wait(60)) for d in (None, changed))
    )
    [refused] = [r for r in sent if isinstance(r, Exception)]
    assert isinstance(refused, PartDiffers)
    assert refused.data["number"] == 1
    assert sender.upload.state is UploadState.OPEN
    assert len(sender.dems.intake.look_up(sender.who, sender.upload.id)[1]) == 1, "and one of them is there"


@pytest.mark.parametrize("order", ["direct first", "relay first"])
def test_a_part_may_go_both_ways(sender: Sender, order: str) -> None:
    ways: list[Callable[[], object]] = [lambda: sender.directly(1), lambda: sender.relays(1)]
    for way in ways if order == "direct first" else reversed(ways):
        way()
    for number in range(2, sender.upload.part_count + 1):
        sender.directly(number)
    assert sender.completes().state is UploadState.COMPLETED
    sealed_once(sender)


def test_a_part_that_goes_both_ways_at_once_is_one_part(large: Sender) -> None:
    address, data = large.address(1), large.part(1)
    status, relayed = at_once(lambda: put_directly(address, data), lambda: large.relays(1))
    assert (status, relayed.number) == (200, 1)
    large.relays(2)
    assert large.completes().state is UploadState.COMPLETED
    sealed_once(large)


def test_two_who_complete_at_once_complete_once(sender: Sender, sent: Sent) -> None:
    for number in range(1, sender.upload.part_count + 1):
        sender.directly(number)
    found = at_once(*[sender.completes] * 4)
    states = {u.state for u in found}
    assert UploadState.COMPLETED in states
    assert states <= {UploadState.COMPLETED, UploadState.COMPLETING}, found
    assert sender.completes().state is UploadState.COMPLETED
    acts = [j.kind for j in sent.jobs if j.subject == sender.item.id]
    assert acts == [JobKind.VERIFY]
    sealed_once(sender)


def test_whoever_completes_while_somebody_does_is_told_how_it_stands(large: Sender, dems: Dems) -> None:
    for number in (1, 2):
        large.relays(number)
    held: Any = Held(dems.store, "complete")
    done: list[UploadState] = []
    slow = threading.Thread(target=lambda: done.append(large.completes(core=through(dems, held)).state))
    slow.start()
    assert held.reached.wait(120)
    try:
        assert large.completes().state is UploadState.COMPLETING
    finally:
        held.go_on.set()
        slow.join(120)
    assert done == [UploadState.COMPLETED]
    sealed_once(large)


@pytest.mark.parametrize("listed", [True, False])
def test_between_two_looks_somebody_else_completes(large: Sender, dems: Dems, listed: bool) -> None:
    """The parts are listed before or after that; the intent would be written after it."""
    for number in (1, 2):
        large.directly(number)
    held: Any = Held(dems.store, "parts", after=True, listed=listed)
    done: list[UploadState] = []
    slow = threading.Thread(target=lambda: done.append(large.completes(core=through(dems, held)).state))
    slow.start()
    assert held.reached.wait(120)
    assert large.completes().state is UploadState.COMPLETED
    held.go_on.set()
    slow.join(120)
    assert done == [UploadState.COMPLETED]
    sealed_once(large)


def test_between_two_looks_somebody_abandons(large: Sender, dems: Dems) -> None:
    for number in (1, 2):
        large.directly(number)
    held: Any = Held(dems.store, "parts", after=True, listed=True)
    told: list[Any] = []
    slow = threading.Thread(target=lambda: told.extend(at_once(lambda: large.completes(core=through(dems, held)))))
    slow.start()
    assert held.reached.wait(120)
    dems.intake.abandon(large.who, large.upload.id)
    held.go_on.set()
    slow.join(120)
    assert isinstance(told[0], WrongState)
    assert told[0].data["state"] == "abandoned"


def test_completing_while_a_part_comes_says_that_it_is_missing(large: Sender) -> None:
    large.relays(2)

    def meanwhile() -> None:
        with pytest.raises(PartsMissing) as refused:
            large.completes()
        assert refused.value.data["missing"] == [1]

    large.relays(1, on_the_way=meanwhile)
    assert large.completes().state is UploadState.COMPLETED
    sealed_once(large)


def test_a_part_sent_again_while_its_upload_completes_harms_nothing(large: Sender) -> None:
    for number in (1, 2):
        large.directly(number)
    with pytest.raises(WrongState, match="completed"):
        large.relays(1, on_the_way=large.completes)
    sealed_once(large)


def test_a_part_that_reaches_the_store_after_the_completion_is_refused_there(large: Sender, dems: Dems) -> None:
    for number in (1, 2):
        large.directly(number)
    held: Any = Held(dems.store, "put_part")
    late = Sender(through(dems, held), large.who, large.intake, large.token, large.contents)
    told: list[Any] = []
    slow = threading.Thread(target=lambda: told.extend(at_once(lambda: late.relays(1))))
    slow.start()
    assert held.reached.wait(120)
    large.completes()
    held.go_on.set()
    slow.join(120)
    assert isinstance(told[0], StorageError), told
    sealed_once(large)


def test_what_is_abandoned_while_a_part_comes_takes_nothing_more(sender: Sender, dems: Dems, as_owner: Owner) -> None:
    with pytest.raises(WrongState, match="abandoned"):
        sender.relays(1, on_the_way=lambda: dems.intake.abandon(sender.who, sender.upload.id))
    assert not list(dems.store.multiparts(sender.key))
    assert orphans(dems, sender.key, as_owner) == []
    with pytest.raises(WrongState, match="abandoned"):
        sender.completes()


@pytest.mark.parametrize("way", ["relay", "direct"])
def test_what_is_begun_for_an_upload_that_ends_meanwhile_is_ended_too(large: Sender, dems: Dems, way: str) -> None:
    held: Any = Held(dems.store, "begin", after=True)
    late = Sender(through(dems, held), large.who, large.intake, large.token, large.contents)
    told: list[Any] = []
    act: Callable[[], object] = (lambda: late.relays(1)) if way == "relay" else (lambda: late.address(1))
    slow = threading.Thread(target=lambda: told.extend(at_once(act)))
    slow.start()
    assert held.reached.wait(120)
    assert list(dems.store.multiparts(large.key))
    dems.intake.abandon(large.who, large.upload.id)
    held.go_on.set()
    slow.join(120)
    assert isinstance(told[0], WrongState), told
    assert not list(dems.store.multiparts(large.key)), "nobody was asked to throw it away, so it is gone by itself"


def test_an_upload_does_not_expire_while_it_is_completed(large: Sender, dems: Dems, time: Time) -> None:
    for number in (1, 2):
        large.relays(number)
    held: Any = Held(dems.store, "complete")
    done: list[UploadState] = []
    slow = threading.Thread(target=lambda: done.append(large.completes(core=through(dems, held)).state))
    slow.start()
    assert held.reached.wait(120)
    time.ahead = timedelta(days=8)
    while dems.intake.expire(at_most=500) == 500:
        pass
    time.ahead = timedelta(0)
    held.go_on.set()
    slow.join(120)
    assert done == [UploadState.COMPLETED]
    sealed_once(large)


@pytest.mark.parametrize("how", ["abandoned", "expired"])
def test_bytes_that_arrive_after_the_end_are_reported_and_never_recorded(
    sender: Sender, dems: Dems, as_owner: Owner, time: Time, sent: Sent, how: str
) -> None:
    address, data, upload = sender.address(1), sender.part(1), sender.upload
    if how == "abandoned":
        dems.intake.abandon(sender.who, upload.id)
    else:
        time.ahead = timedelta(days=8)
        while dems.intake.expire(at_most=500) == 500:
            pass
        time.ahead = timedelta(0)
    for job in [j for j in sent.jobs if j.kind is JobKind.DISCARD_PARTS and j.subject == upload.id]:
        dems.intake.discard_parts(UploadId(job.subject))
    status = put_directly(address, data)
    if upload.part_count > 1:
        assert status == 404, "the store no longer knows the multipart upload"
        assert orphans(dems, sender.key, as_owner) == []
    else:
        assert status == 200, "nobody can take back a signature"
        assert orphans(dems, sender.key, as_owner) == ["unrecorded"]
    assert (sender.upload.state.value, sender.upload.version_id) == (how, None)
    assert sender.item.state in {EvidenceState.DECLARED, EvidenceState.UPLOADING}
    with pytest.raises(WrongState, match=how):
        sender.completes()
