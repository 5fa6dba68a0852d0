"""Intakes and uploads asked for again, at their limits, and by stores and databases that changed in the middle."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import Invalid, LimitReached, WrongState
from dems.model.actors import ActorKind
from dems.model.evidence import Kind
from dems.model.exhibits import ExhibitRef
from dems.model.intakes import MOST_ITEMS
from dems.model.names import OriginalName
from dems.model.uploads import UploadState
from dems.ports import Once, Page
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared
from dems.usecases.intake.complete_many import ToComplete
from dems.usecases.intake.declare import Declared
from storage.errors import StoreUnavailable
from tests.conftest import Team, Time
from tests.faults.faults import Fault, Faults
from tests.faults.faulty_store import FaultyStore
from tests.faults.parts_journey import put_directly
from tests.invited import Holder
from tests.usecases.altered import altering
from tests.usecases.sending import LARGE, Sender, digest_of, sealed_once, through
from tests.world import World, pieces

DEFAULTS = Defaults("SND", "A file")


def item(name: bytes, content: bytes) -> ItemDeclared:
    return ItemDeclared(FileDeclared(OriginalName(name), len(content), None))


def once() -> Once:
    return Once(uuid4().bytes * 2, b"f" * 32)


def test_an_intake_that_is_declared_again_is_the_same_with_a_new_token(dems: Dems, team: Team) -> None:
    key, who = once(), team.investigator.actor
    items = [item(b"a", b"1"), item(b"b", b"22")]
    first, counts, token = dems.intakes.declare(who, team.case.id, items, defaults=DEFAULTS, once=key)
    again, counts_again, token_again = dems.intakes.declare(who, team.case.id, items, defaults=DEFAULTS, once=key)
    assert (again, counts_again) == (first, counts)
    assert token_again != token


def test_what_is_added_again_was_added_once_and_all_has_a_limit(dems: Dems, team: Team) -> None:
    key, who = once(), team.investigator.actor
    intake, _, _ = dems.intakes.declare(who, team.case.id, [item(b"a", b"1")], defaults=DEFAULTS)
    with pytest.raises(Invalid, match="1 to 10000 items at once"):
        dems.intakes.add(who, intake.id, [], defaults=DEFAULTS)
    added = dems.intakes.add(who, intake.id, [item(b"b", b"22")], defaults=DEFAULTS, once=key)
    again = dems.intakes.add(who, intake.id, [item(b"b", b"22")], defaults=DEFAULTS, once=key)
    assert [r.evidence.id for r in again] == [r.evidence.id for r in added]
    full = replace(dems.intakes.add, transaction=altering(dems, "intakes", size=lambda _: MOST_ITEMS))
    with pytest.raises(LimitReached, match="at most 50000 items: begin another"):
        full(who, intake.id, [item(b"c", b"333")], defaults=DEFAULTS)
    other = once()
    dems.intakes.add(who, intake.id, [item(b"c", b"333")], defaults=DEFAULTS, once=other)
    assert len(dems.intakes.look_up.one(who, intake.id)) == 2


def test_the_token_of_an_intake_that_is_over_begins_nothing(dems: Dems, team: Team, time: Time) -> None:
    who = team.investigator.actor
    intake, _, token = dems.intakes.declare(who, team.case.id, [item(b"a", b"1")], defaults=DEFAULTS)
    [row] = dems.intakes.look_up.items(who, intake.id, Page(10), wanted=None, extra=False)[1]
    time.ahead = timedelta(days=20)
    holder = dems.people.recognise(token, on_behalf_of=None, request_id=None)
    assert holder.kind is ActorKind.INTAKE
    while dems.intake.expire(at_most=500) == 500:
        pass
    with pytest.raises(WrongState, match="This intake is over"):
        dems.intake.open_upload(holder, row.evidence.id)
    time.ahead = timedelta(0)  # so far ahead nothing is taken in, since the store was not checked for so long
    assert dems.intake.open_upload(who, row.evidence.id)[1].state is UploadState.OPEN


def declaring(dems: Dems, team: Team, kind: Kind, file: FileDeclared | None) -> Callable[[], Declared]:
    """Declares one item, and each time again with the same key."""
    return partial(
        dems.intake.declare,
        team.investigator.actor,
        team.case.id,
        exhibit_ref=ExhibitRef(f"AG/{uuid4().hex[:8]}"),
        description="An item",
        kind=kind,
        file=file,
        once=once(),
    )


def test_a_physical_item_that_is_declared_again_is_the_same(dems: Dems, team: Team) -> None:
    declare = declaring(dems, team, Kind.PHYSICAL, None)
    first, again = declare(), declare()
    assert (again.evidence.id, again.upload, again.replayed) == (first.evidence.id, None, True)


def test_an_item_that_is_declared_again_when_its_upload_is_over_has_no_token(dems: Dems, team: Team) -> None:
    declare = declaring(dems, team, Kind.DIGITAL, FileDeclared(OriginalName(b"a"), 1, None))
    first = declare()
    assert first.upload_token is not None
    assert first.upload is not None
    dems.intake.abandon(team.investigator.actor, first.upload.id)
    again = declare()
    assert again.upload is not None
    assert (again.evidence.id, again.upload.state, again.upload_token) == (
        first.evidence.id,
        UploadState.ABANDONED,
        None,
    )


def test_a_store_that_refuses_leaves_the_upload_open_at_once(dems: Dems, world: World, team: Team) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    refusing = through(dems, FaultyStore(dems.store, Faults({"put": Fault.REFUSED})))
    with pytest.raises(StoreUnavailable):
        refusing.intake.receive(
            team.investigator.actor,
            declared.upload.id,
            lambda u: iter(pieces(b"abc", u.part_size)),
            length=3,
            content_digest=digest_of(b"abc"),
        )
    with dems.transaction() as tx:
        assert tx.uploads.completion(declared.upload.id) is None
    world.receive(team.investigator, declared.upload, b"abc")


def test_equal_bytes_in_a_case_are_shown_to_each_other(dems: Dems, team: Team, world: World) -> None:
    content = os.urandom(100)
    one, two = (world.sealed(team.investigator, team.case, content) for _ in range(2))
    world.sealed(team.investigator, team.case, b"other bytes")
    found = dems.evidence.look_up.duplicates(team.investigator.actor, one.id)
    assert [e.id for e in found] == [two.id]


def test_what_many_completions_leave_to_one_by_one(dems: Dems, team: Team) -> None:
    content, small = os.urandom(LARGE), os.urandom(50)
    sender = Sender.declares(dems, team.investigator.actor, team.case, content, small)
    two_parts, one_part = sender.uploads()
    assert put_directly(sender.address(1, small, upload=one_part), small) == 200
    result = dems.intakes.complete(
        sender.who, sender.intake, [ToComplete(two_parts.id, None), ToComplete(one_part.id, None)]
    )
    assert [o.upload_id for o in result.one_by_one] == [two_parts.id]
    assert [u.id for u in result.uploads] == [one_part.id]
    again = dems.intakes.complete(sender.who, sender.intake, [ToComplete(one_part.id, digest_of(small))])
    assert [u.state for u in again.uploads] == [UploadState.COMPLETING]


def test_a_digest_that_was_declared_before_is_not_declared_again(dems: Dems, team: Team) -> None:
    small = os.urandom(50)
    declared = ItemDeclared(FileDeclared(OriginalName(b"a"), len(small), digest_of(small)))
    who = team.investigator.actor
    intake, _, token = dems.intakes.declare(who, team.case.id, [declared], defaults=DEFAULTS)
    sender = Sender(dems, who, intake.id, token, [small])
    assert sender.directly(1) == 200
    sender.announces()
    sealed_once(sender)


def test_the_intake_of_an_invitation_is_its_holders(dems: Dems, team: Team) -> None:
    holder = Holder.invited(dems, team)
    with pytest.raises(WrongState, match="whoever was invited"):
        dems.intakes.add(team.investigator.actor, holder.invitation.intake_id, [item(b"a", b"1")], defaults=DEFAULTS)
