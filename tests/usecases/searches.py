"""Searching as somebody does, and what was found, for tests of searches."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from dems.bootstrap import Dems
from dems.model.evidence import Evidence, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId
from dems.model.searching import Search
from dems.ports import Hit, Page
from dems.usecases.findings.search import Answer
from tests.conftest import Team
from tests.world import Somebody, World

Find = Callable[..., Answer]


def searching(dems: Dems, team: Team) -> Find:
    """Searches as the investigator in the team's case, where nothing else is said."""

    def look(
        *, by: Somebody | None = None, page: Page | None = None, case: CaseId | None = team.case.id, **asked: Any
    ) -> Answer:
        return dems.findings.search((by or team.investigator).actor, Search(case_id=case, **asked), page or Page(50))

    return look


def three_items(world: World, team: Team) -> list[Evidence]:
    """Sealed, and named ``recording.mp4``."""
    return [world.sealed(team.investigator, team.case, bytes([n])) for n in range(3)]


def declared(dems: Dems, team: Team, ref: str, description: str) -> Evidence:
    made = dems.intake.declare(
        team.investigator.actor,
        team.case.id,
        exhibit_ref=ExhibitRef(ref),
        description=description,
        kind=Kind.PHYSICAL,
    )
    return made.evidence


def ids(answer: Answer) -> list[Any]:
    return [h.evidence.id for h in answer.hits]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def where(hit: Hit) -> list[tuple[str, str | None]]:
    return [(m.field.value, None if m.finding is None else m.finding.name) for m in hit.matched]
