"""Manifests: every error is told by position before anything is taken, and references are numbered around those in use."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import ManifestRefused
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.evidence import Evidence
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId, IntakeId, new_id
from dems.model.intakes import Intake, IntakeKind
from dems.model.names import OriginalName
from dems.model.uploads import MAX_OBJECT_SIZE
from dems.ports import EvidenceFilter, Page
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared, Manifest
from dems.steps.tokens import issue_intake_token
from tests.conftest import Team
from tests.usecases.altered import altering
from tests.world import World

NUMBERED = Defaults("SND", "A file")
WITHOUT = Defaults(None, "A file")


def entry(ref: str | None = None, *, size: int = 3, **more: Any) -> ItemDeclared:
    return ItemDeclared(FileDeclared(OriginalName(b"a"), size, None), None if ref is None else ExhibitRef(ref), **more)


def declare(dems: Dems, team: Team, *items: ItemDeclared, defaults: Defaults = NUMBERED) -> None:
    dems.intakes.declare(team.investigator.actor, team.case.id, items, defaults=defaults)


def told(refused: pytest.ExceptionInfo[ManifestRefused]) -> list[tuple[int, str, str]]:
    return [(e["position"], e["field"], e["message"]) for e in refused.value.data["errors"]]


def items(dems: Dems, team: Team) -> list[Evidence]:
    return [
        e for e, _, _ in dems.evidence.look_up.page(team.investigator.actor, team.case.id, Page(100), EvidenceFilter())
    ]


def refs(dems: Dems, team: Team) -> list[str]:
    return sorted(e.exhibit_ref.text for e in items(dems, team))


def test_what_is_wrong_in_itself_is_told_all_at_once_and_nothing_is_taken(dems: Dems, team: Team) -> None:
    with pytest.raises(ManifestRefused) as refused:
        declare(
            dems,
            team,
            entry("ABC/1"),
            entry("ABC/2", size=MAX_OBJECT_SIZE + 1, obtained_at=dems.clock() + timedelta(days=1)),
            entry(),
            entry("abc / 1"),
            entry("ABC/3", size=MAX_OBJECT_SIZE, obtained_at=dems.clock() - timedelta(days=1)),
            defaults=WITHOUT,
        )
    assert told(refused) == [
        (1, "file.size", "A file has at most 5 TiB: split it and declare the parts as items."),
        (1, "obtained_at", "An item was not obtained in the future."),
        (2, "exhibit_ref", "Give an exhibit reference, or an exhibit_prefix for all."),
        (3, "exhibit_ref", "abc / 1 is the reference of the entry at position 0, too."),
    ]
    assert items(dems, team) == []


@pytest.mark.parametrize("field", ["derived_from", "part_of"])
def test_an_item_comes_from_one_of_its_own_case(dems: Dems, world: World, team: Team, field: str) -> None:
    other = world.case(team.manager)
    world.join(other, team.investigator, "investigator", by=team.manager)
    elsewhere, here = (world.declare(team.investigator, case, b"abc").evidence.id for case in (other, team.case))

    def coming_from(evidence_id: EvidenceId, ref: str | None = None) -> ItemDeclared:
        origin: dict[str, Any] = {field: evidence_id}
        return entry(ref, **origin)

    with pytest.raises(ManifestRefused) as refused:
        declare(dems, team, coming_from(here), coming_from(elsewhere), coming_from(EvidenceId(new_id())))
    missing = "There is no such item in this case."
    assert told(refused) == [(1, field, missing), (2, field, missing)]
    declare(dems, team, coming_from(here, "ABC/9"))
    [child] = [e for e in items(dems, team) if e.exhibit_ref.text == "ABC/9"]
    assert getattr(child, field) == here


def test_a_reference_that_the_case_has_used_is_not_given_again(dems: Dems, team: Team) -> None:
    declare(dems, team, entry("ABC/1"), defaults=WITHOUT)
    with pytest.raises(ManifestRefused) as refused:
        declare(dems, team, entry("ABC/2"), entry("abc/1"))
    used = "abc/1 is or was used in this case: choose the next number."
    assert told(refused) == [(1, "exhibit_ref", used)]
    assert refs(dems, team) == ["ABC/1"]


def test_a_reference_that_is_taken_after_it_was_looked_up_is_refused_all_the_same(dems: Dems, team: Team) -> None:
    declare(dems, team, entry("ABC/1"))
    late = replace(dems.intakes.declare, transaction=altering(dems, "evidence", refs_used=lambda *_: set()))
    with pytest.raises(ManifestRefused) as refused:
        late(team.investigator.actor, team.case.id, [entry("ABC/2"), entry("ABC/1")], defaults=NUMBERED)
    assert [(position, field) for position, field, _ in told(refused)] == [(1, "exhibit_ref")]
    assert refs(dems, team) == ["ABC/1"], "the other was not taken either"


def test_numbers_go_round_those_in_use_and_those_given(dems: Dems, team: Team) -> None:
    declare(dems, team, entry("SND/2"))
    declare(dems, team, entry(), entry("SND/3"), entry())
    assert refs(dems, team) == ["SND/1", "SND/2", "SND/3", "SND/4"]


def test_whoever_stands_for_nobody_declares_nothing(dems: Dems, team: Team) -> None:
    now = dems.clock()
    person = team.investigator.person.id
    intake = Intake(IntakeId(new_id()), team.case.id, IntakeKind.MANIFEST, None, 1, person, now, now)
    with dems.transaction() as tx:
        authority = tx.authorise(system(), Act.FINDINGS_RECORD)
        with pytest.raises(RuntimeError, match="by somebody"):
            Manifest([entry()], NUMBERED, now).add(tx, authority, intake, 0, now)
        with pytest.raises(RuntimeError, match="stands for somebody"):
            issue_intake_token(tx, system(), intake, dems.intakes.declare.policy, now)
