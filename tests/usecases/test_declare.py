"""Declaring an item: what may be said of it, its reference, and whether the store may take it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    AlreadyExists,
    Invalid,
    NoSpace,
    StoreNotTrusted,
    WrongState,
)
from dems.model.actors import system
from dems.model.evidence import EvidenceState, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId, new_id
from dems.model.names import OriginalName
from dems.model.uploads import MAX_OBJECT_SIZE
from dems.ports import Once, Page, StoreCheck
from dems.settings import Settings
from dems.steps.declaring import FileDeclared
from dems.usecases.intake.declare import Declared
from tests.conftest import Owner, Team
from tests.world import World

MIB = 2**20


def _declare(dems: Dems, team: Team, ref: str = "", **more: Any) -> Declared:
    said: dict[str, Any] = {
        "exhibit_ref": ExhibitRef(ref or f"AB/{uuid4().hex[:8]}"),
        "description": "d",
        "kind": Kind.DIGITAL,
        "file": FileDeclared(OriginalName(b"n"), 3),
        **more,
    }
    return dems.intake.declare(team.investigator.actor, team.case.id, **said)


def test_an_item_without_bytes_is_an_item(dems: Dems, team: Team) -> None:
    declared = _declare(dems, team, kind=Kind.PHYSICAL, file=None, obtained_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert (declared.evidence.state, declared.upload, declared.upload_token) == (EvidenceState.REGISTERED, None, None)
    with pytest.raises(WrongState):
        dems.intake.open_upload(team.investigator.actor, declared.evidence.id)
    part = _declare(dems, team, part_of=declared.evidence.id, derived_from=declared.evidence.id)
    assert part.evidence.part_of == declared.evidence.id


@pytest.mark.parametrize(
    "wrong",
    [
        {"file": None},
        {"kind": Kind.DOCUMENT},
        {"file": FileDeclared(OriginalName(b"n"), MAX_OBJECT_SIZE + 1)},
        {"obtained_at": datetime(2999, 1, 1, tzinfo=UTC)},
        {"derived_from": EvidenceId(new_id())},
    ],
    ids=["digital without file", "file of paper", "too large", "from the future", "from nothing"],
)
def test_what_can_never_be_right_is_invalid(dems: Dems, team: Team, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        _declare(dems, team, **wrong)


def test_an_item_comes_from_items_of_its_own_case(dems: Dems, world: World, team: Team) -> None:
    other = world.case(team.manager)
    world.join(other, team.investigator, "investigator", by=world.somebody("administrator"))
    stranger = world.declare(team.investigator, other, b"x").evidence
    with pytest.raises(Invalid):
        _declare(dems, team, part_of=stranger.id)


def test_the_installation_itself_declares_nothing(dems: Dems, team: Team) -> None:
    with pytest.raises(RuntimeError):
        dems.intake.declare(system(), team.case.id, exhibit_ref=ExhibitRef("A/1"), description="", kind=Kind.PHYSICAL)


def test_a_reference_is_used_once_in_a_case_however_it_is_spelt(dems: Dems, world: World, team: Team) -> None:
    _declare(dems, team, "ABC/1")
    for same in ("ABC/1", "abc/1", " ABC / 1", "ＡＢＣ/1"):  # noqa: RUF001
        with pytest.raises(AlreadyExists):
            _declare(dems, team, same)
    _declare(dems, team, "ABC/01")
    other = world.case(team.manager)
    world.join(other, team.investigator, "investigator", by=world.somebody("administrator"))
    dems.intake.declare(
        team.investigator.actor, other.id, exhibit_ref=ExhibitRef("ABC/1"), description="", kind=Kind.PHYSICAL
    )


def test_a_corrected_reference_is_not_free_again_but_for_its_own_item(dems: Dems, team: Team) -> None:
    who = team.investigator.actor
    first = _declare(dems, team, "ABC/1").evidence
    correct = dems.evidence.correct_ref
    once = Once(uuid4().bytes * 2, b"f" * 32)
    corrected = correct(who, first.id, ExhibitRef("ABC/2"), reason="misread", once=once)
    assert correct(who, first.id, ExhibitRef("ABC/2"), reason="misread", once=once) == corrected
    for taken in ("ABC/1", "abc/2"):
        with pytest.raises(AlreadyExists):
            _declare(dems, team, taken)
    second = _declare(dems, team, "ABC/3").evidence
    with pytest.raises(AlreadyExists):
        correct(who, second.id, ExhibitRef("ABC/1"), reason="r")
    with pytest.raises(Invalid):
        correct(who, first.id, ExhibitRef("ABC/2"), reason="r")
    assert correct(who, first.id, ExhibitRef("ABC/1"), reason="it was right").exhibit_ref.text == "ABC/1"
    details = [r.detail or b"" for r in dems.custody.read.item(who, first.id, Page(9))]
    assert b'"facts":{"after":"ABC/2","before":"ABC/1"}' in details[1]
    assert b'"reason":"misread"' in details[1]


def test_declaring_again_with_the_same_key_is_the_same_item_with_a_new_token(dems: Dems, team: Team) -> None:
    once = Once(uuid4().bytes * 2, b"f" * 32)
    first = _declare(dems, team, "KEY/1", once=once)
    again = _declare(dems, team, "KEY/1", once=once)
    assert (again.evidence, again.upload, again.replayed) == (first.evidence, first.upload, True)
    assert again.upload_token != first.upload_token
    once = Once(uuid4().bytes * 2, b"f" * 32)
    paper = _declare(dems, team, "KEY/2", once=once, kind=Kind.DOCUMENT, file=None)
    assert _declare(dems, team, "KEY/2", once=once, kind=Kind.DOCUMENT, file=None).evidence == paper.evidence


@pytest.fixture
def checks(as_owner: Owner) -> Iterator[Callable[[StoreCheck | None, Dems], None]]:
    """Put another self-check in the place of the real one; the real ones come back afterwards."""
    as_owner("CREATE TABLE kept_checks AS SELECT * FROM store_checks")

    def put(check: StoreCheck | None, dems: Dems) -> None:
        as_owner("DELETE FROM store_checks")
        if check is not None:
            with dems.transaction() as tx:
                tx.upkeep.checked_store(check)

    yield put
    as_owner("DELETE FROM store_checks")
    as_owner("INSERT INTO store_checks SELECT * FROM kept_checks")
    as_owner("DROP TABLE kept_checks")


def test_a_store_that_is_not_trusted_takes_no_evidence(
    dems: Dems, world: World, team: Team, settings: Settings, checks: Callable[[StoreCheck | None, Dems], None]
) -> None:
    now = datetime.now(UTC)
    failed = StoreCheck(
        new_id(), now, "http://x", False, [{"name": "shorten", "held": False}, {"name": "a", "held": True}]
    )
    old = StoreCheck(new_id(), now - timedelta(hours=37), "http://x", True, [])
    declared = world.declare(team.investigator, team.case, b"abc")
    for check, why in ((None, "not run yet"), (failed, r"\(shorten\)"), (old, "too old")):
        checks(check, dems)
        with pytest.raises(StoreNotTrusted, match=why):
            world.declare(team.investigator, team.case, b"abc")
        with pytest.raises(StoreNotTrusted):
            world.receive(team.investigator, declared.upload, b"abc")
    evidence = settings.evidence.model_copy(update={"accept_untrusted_store": True})
    risky = Dems(settings.model_copy(update={"evidence": evidence}), nudge=lambda _: None)
    World(risky).verifying(team.investigator, team.case, b"abc")
    risky.close()


def test_no_room_no_intake(settings: Settings, team: Team) -> None:
    evidence = settings.evidence.model_copy(update={"min_free_bytes": 2**62})
    full = Dems(settings.model_copy(update={"evidence": evidence}), nudge=lambda _: None)
    with pytest.raises(NoSpace):
        World(full).declare(team.investigator, team.case, b"abc")
    full.close()


@pytest.mark.parametrize("path", [None, "/no/such/folder"])
def test_room_that_cannot_be_measured_stops_nothing(settings: Settings, team: Team, path: str | None) -> None:
    s3 = settings.s3.model_copy(update={"sync_path": path})
    elsewhere = Dems(settings.model_copy(update={"s3": s3}), nudge=lambda _: None)
    assert elsewhere.trust.free_bytes() is None
    World(elsewhere).declare(team.investigator, team.case, b"abc")
    elsewhere.close()
