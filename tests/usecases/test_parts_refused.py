"""What is refused on the way of parts: each in words, by its code, with the upload still good."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    DigestMismatch,
    Incomplete,
    Invalid,
    NoLongerDue,
    NotFound,
    PartDiffers,
    PartsMissing,
    TooLarge,
    WrongState,
)
from dems.model.actors import Actor, ActorKind
from dems.model.ids import UploadId, new_id
from dems.model.names import OriginalName
from dems.model.uploads import Upload, UploadState
from dems.ports import Job, JobKind
from dems.steps.body import Piece
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared
from dems.usecases.intake.complete_many import ToComplete
from dems.usecases.intake.issue_part_urls import PartWanted
from storage.errors import ObjectExists
from tests.conftest import Team, Time
from tests.faults.parts_journey import put_directly
from tests.usecases.sending import LARGE, Sender, digest_of, sealed_once, through
from tests.world import World

pytestmark = pytest.mark.usefixtures("time")


@pytest.fixture
def small(dems: Dems, team: Team) -> Sender:
    return Sender.declares(dems, team.investigator.actor, team.case, os.urandom(70_000))


def test_a_file_of_one_part_is_not_completed_before_its_bytes_are_there(small: Sender) -> None:
    with pytest.raises(PartsMissing) as refused:
        small.completes()
    assert refused.value.data["missing"] == [1]
    address = small.address(1)
    with pytest.raises(PartsMissing):
        small.completes()
    assert put_directly(address, small.contents[0]) == 200
    assert small.completes().state is UploadState.COMPLETED
    sealed_once(small)


def test_what_is_known_of_the_only_part_is_what_the_store_says(small: Sender, dems: Dems) -> None:
    assert dems.intake.look_up(small.who, small.upload.id)[1] == []
    address = small.address(1)
    assert dems.intake.look_up(small.who, small.upload.id)[1] == [], "announced, not there"
    assert put_directly(address, small.contents[0]) == 200
    [part] = dems.intake.look_up(small.who, small.upload.id)[1]
    assert (part.number, part.size) == (1, len(small.contents[0]))


def test_parts_that_were_never_announced_are_missing(large: Sender) -> None:
    with pytest.raises(PartsMissing) as refused:
        large.completes()
    assert refused.value.data["missing"] == [1, 2]


def test_many_are_completed_each_by_itself(dems: Dems, team: Team) -> None:
    sender = Sender.declares(dems, team.investigator.actor, team.case, b"one", b"two", b"three")
    other = Sender.declares(dems, team.investigator.actor, team.case, b"elsewhere")
    one, two, three = sender.uploads()
    assert put_directly(sender.address(1, b"one", upload=one), b"one") == 200
    dems.intake.abandon(sender.who, three.id)
    wanted = [
        ToComplete(one.id, digest_of(b"one")),
        ToComplete(two.id, digest_of(b"two")),
        ToComplete(three.id, None),
        ToComplete(other.upload.id, None),
        ToComplete(UploadId(new_id()), None),
    ]
    result = dems.intakes.complete(sender.who, sender.intake, wanted)
    assert [u.id for u in result.uploads] == [one.id]
    found = {upload: type(problem) for upload, problem in result.problems}
    assert found == {
        two.id: PartsMissing,
        three.id: WrongState,
        other.upload.id: NotFound,
        wanted[-1].upload_id: NotFound,
    }
    again = dems.intakes.complete(sender.who, sender.intake, [wanted[0]])
    assert [u.id for u in again.uploads] == [one.id]


def test_an_intake_of_nothing_is_none(dems: Dems, team: Team) -> None:
    with pytest.raises(Invalid, match="1 to 10000 items"):
        dems.intakes.declare(team.investigator.actor, team.case.id, [], defaults=Defaults("SND", "A file"))


def test_parts_of_an_upload_that_goes_on_are_not_thrown_away(large: Sender, dems: Dems) -> None:
    large.directly(1)
    with pytest.raises(NoLongerDue):
        dems.intake.discard_parts(large.upload.id)
    large.directly(2)
    large.completes()
    sealed_once(large)


def test_addresses_are_for_the_uploads_of_the_intake_alone(large: Sender, dems: Dems, team: Team) -> None:
    other = Sender.declares(dems, team.investigator.actor, team.case, b"elsewhere")
    wanted = [PartWanted(other.upload.id, 1, digest_of(b"elsewhere").value)]
    issued = dems.intake.part_urls.of_intake(large.who, large.intake, wanted)
    assert issued.urls == []
    [(_, problem)] = issued.problems
    assert isinstance(problem, NotFound)


def test_another_digest_than_the_one_declared_gets_no_address(dems: Dems, team: Team, world: World) -> None:
    declared = world.declare(team.investigator, team.case, b"abc", sha256=digest_of(b"abc").value)
    assert declared.upload is not None
    other = [PartWanted(declared.upload.id, 1, digest_of(b"abd").value)]
    with pytest.raises(Invalid, match="another SHA-256 was declared"):
        dems.intake.part_urls.of_upload(team.investigator.actor, declared.upload.id, other)
    right = [PartWanted(declared.upload.id, 1, digest_of(b"abc").value)]
    [(_, signed)] = dems.intake.part_urls.of_upload(team.investigator.actor, declared.upload.id, right).urls
    assert put_directly(signed, b"abc") == 200


def test_an_intake_is_declared_by_somebody(dems: Dems, team: Team) -> None:
    items = [ItemDeclared(FileDeclared(OriginalName(b"a"), 1, None))]
    with pytest.raises(RuntimeError):
        dems.intakes.declare(Actor(ActorKind.SYSTEM, "DEMS"), team.case.id, items, defaults=Defaults("SND", "A file"))


def test_a_multipart_upload_that_is_forgotten_at_once_is_not_begun_for_ever(large: Sender, dems: Dems) -> None:
    class Forgetful:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __getattr__(self, name: str) -> Any:
            if name == "multiparts":
                return lambda _ids: {}
            found = getattr(self._real, name)
            return Forgetful(found) if name == "uploads" else found

    @contextlib.contextmanager
    def transaction() -> Iterator[Any]:
        with dems.transaction() as tx:
            yield Forgetful(tx)

    issue = dataclasses.replace(dems.intake.part_urls, transaction=transaction)
    with pytest.raises(RuntimeError, match="begun and is not known"):
        issue.of_upload(large.who, large.upload.id, [PartWanted(large.upload.id, 1, digest_of(large.part(1)).value)])
    large.directly(1)
    large.directly(2)
    large.completes()
    sealed_once(large)


def test_what_has_one_part_is_completed_without_a_digest_as_well(small: Sender, dems: Dems) -> None:
    assert small.directly(1) == 200
    upload, _ = dems.intake.complete(small.who, small.upload.id)
    assert upload.declared == digest_of(small.contents[0]), "what was said of its only part was said of the file"
    sealed_once(small)


@pytest.mark.parametrize("begun", [False, True])
def test_a_job_to_throw_parts_away_does_nothing_to_an_upload_that_goes_on(
    large: Sender, dems: Dems, begun: bool
) -> None:
    if begun:
        large.directly(1)
    with dems.transaction() as tx:
        tx.jobs.due(Job(JobKind.DISCARD_PARTS, large.upload.id))
    with pytest.raises(NoLongerDue, match="goes on, or has no parts"):
        dems.intake.discard_parts(large.upload.id)
    for number in (1, 2):
        large.directly(number)
    large.completes()
    sealed_once(large)


def test_a_store_that_says_there_is_an_object_and_then_that_there_is_none_is_asked_again(
    small: Sender, dems: Dems
) -> None:
    class Changing:
        def __getattr__(self, name: str) -> Any:
            return getattr(dems.store, name)

        def put(self, key: str, *_: Any, **__: Any) -> Any:
            raise ObjectExists(key)

    through_it = Sender(through(dems, Changing()), small.who, small.intake, small.token, small.contents)
    with pytest.raises(Incomplete, match="Send it again"):
        through_it.relays(1)
    small.relays(1)
    small.completes()
    sealed_once(small)


def test_an_upload_that_has_ended_tells_what_it_had(large: Sender, dems: Dems, time: Time) -> None:
    large.directly(1)
    assert [p.number for p in dems.intake.look_up(large.who, large.upload.id)[1]] == [1]
    time.ahead = timedelta(days=30)
    dems.intake.expire()
    upload, parts = dems.intake.look_up(large.who, large.upload.id)
    assert (upload.state, parts) == (UploadState.EXPIRED, [])


def test_content_and_parts_are_not_mixed(large: Sender, dems: Dems) -> None:
    large.directly(1)
    with pytest.raises(WrongState, match="send the rest as parts"):
        dems.intake.receive(large.who, large.upload.id, lambda _: iter(()), length=LARGE, content_digest=None)


@pytest.mark.parametrize(("pieces", "error"), [(2, TooLarge), (0, Incomplete)])
def test_a_part_is_one_piece_and_a_whole_one(small: Sender, dems: Dems, pieces: int, error: type[Exception]) -> None:
    data = small.contents[0]
    closed: list[int] = []

    def come(_: Upload) -> Iterator[Piece]:
        for number in range(pieces):
            yield Piece(memoryview(data), len(data), None, partial(closed.append, number))

    with pytest.raises(error):
        dems.intake.receive_part(small.who, small.upload.id, 1, come, length=len(data), content_digest=digest_of(data))
    assert sorted(closed) == list(range(pieces))
    small.relays(1)
    small.completes()
    sealed_once(small)


def test_whoever_has_other_bytes_hears_so_whatever_became_of_the_upload(small: Sender, dems: Dems) -> None:
    small.directly(1)
    other = [PartWanted(small.upload.id, 1, digest_of(b"other").value)]
    for step in (lambda: None, small.announces, small.sealed):
        step()
        with pytest.raises(PartDiffers):
            dems.intake.part_urls.of_upload(small.who, small.upload.id, other)
        [(_, problem)] = dems.intake.part_urls.of_intake(small.who, small.intake, other).problems
        assert isinstance(problem, PartDiffers)


def test_another_digest_for_what_was_announced_is_not_dropped(small: Sender, dems: Dems) -> None:
    small.directly(1)
    small.announces()
    assert small.upload.state is UploadState.COMPLETING
    [(_, problem)] = small.announces(digest_of(b"other")).problems
    assert isinstance(problem, DigestMismatch)
    with pytest.raises(DigestMismatch):
        dems.intake.complete(small.who, small.upload.id, sha256=digest_of(b"other"))
    assert small.announces().problems == []
    sealed_once(small)
    [left] = small.announces(digest_of(b"other")).one_by_one
    with pytest.raises(DigestMismatch):
        dems.intake.complete(small.who, left.upload_id, sha256=left.sha256)
