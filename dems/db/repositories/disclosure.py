"""What disclosure in a proceeding rests on: openings, decisions, what happened, who looked at what."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnCollection,
    ColumnElement,
    Insert,
    Row,
    Uuid,
    and_,
    cast,
    column,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import NullType

from dems.db.repositories import review_queue
from dems.db.repositories.base import Rows, among, ids_as_array
from dems.db.tables import (
    case_facts,
    disclosure_decisions,
    disclosure_happenings,
    disclosure_openings,
    disclosure_proceedings,
    disclosure_viewings,
    material_elsewhere,
)
from dems.errors import NotFound
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.contents import Content, PiiKind
from dems.model.disclosure.coverage import Viewing
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.parties import Happening, HappeningKind, PartyTo, Position
from dems.model.disclosure.records import content_from, content_record
from dems.model.ids import CaseId, DecisionId, EvidenceId, FactId, HappeningId, PartyId, PersonId, StrandId
from dems.model.people import CaseRole, Clearance
from dems.ports.disclosure import DecisionFilter, KeptDecision, KeptHappening, Opening
from dems.ports.values import Page

_d = disclosure_decisions.c


def signature(by: Acting) -> dict[str, Any]:
    return {"by_person": by.person, "by_name": by.name, "by_role": by.role.value, "at": by.at}


def signed(row: Row[Any]) -> Acting:
    return Acting(PersonId(row.by_person), row.by_name, CaseRole(row.by_role), row.at)


class DisclosureRows(Rows):
    def hold(self, proceeding_id: StrandId) -> None:
        # 63 bits of the id: two proceedings that share a key only wait for each other.
        self._tx.execute(select(func.pg_advisory_xact_lock(proceeding_id.int & (1 << 63) - 1)))

    def case_of(self, proceeding_id: StrandId) -> CaseId:
        statement = select(case_facts.c.case_id).where(
            case_facts.c.kind == "proceeding", case_facts.c.content["id"].astext == str(proceeding_id)
        )
        found = self._tx.execute(statement.limit(1)).scalar()
        if found is None:
            raise NotFound("proceeding")
        return CaseId(found)

    def proceedings(self, case_id: CaseId) -> list[StrandId]:
        of_it = select(disclosure_proceedings.c.id).where(disclosure_proceedings.c.case_id == case_id)
        return [StrandId(r.id) for r in self._tx.execute(of_it.order_by(disclosure_proceedings.c.id))]

    def openings(self, proceeding_id: StrandId) -> list[Opening]:
        statement = select(disclosure_openings).where(disclosure_openings.c.proceeding_id == proceeding_id)
        return [_to_opening(r) for r in self._tx.execute(statement.order_by(disclosure_openings.c.number))]

    def will_open(self, case_id: CaseId, proceeding_id: StrandId, page: Page) -> list[EvidenceId]:
        return review_queue.will_begin(self._tx, case_id, proceeding_id, page)

    def open(self, case_id: CaseId, opening: Opening) -> None:
        if opening.number == 1:
            row = {"id": opening.proceeding, "case_id": case_id, "opened_at": opening.by.at}
            self._tx.execute(insert(disclosure_proceedings).values(row))
            review_queue.began(self._tx, case_id, opening.proceeding)
        parties = [{"party": str(p.party), "position": p.position.value, "name": p.name} for p in opening.parties]
        values = {
            "proceeding_id": opening.proceeding,
            "number": opening.number,
            "investigation_began": opening.investigation_began,
            "parties": parties,
            "reason": opening.reason,
        }
        self._tx.execute(insert(disclosure_openings).values(**values, **signature(opening.by)))

    def decisions(
        self, proceeding_id: StrandId, subjects: Collection[Subject] | None = None
    ) -> list[Decision[Content]]:
        statement = select(disclosure_decisions).where(_d.proceeding_id == proceeding_id)
        if subjects is None:
            return [_to_decision(r) for r in self._tx.execute(statement.order_by(_d.number))]
        statement = statement.where(among(_d.subject_id, {s.id for s in subjects}))
        return [_to_decision(r) for r in sorted(self._tx.execute(statement), key=lambda r: int(r.number))]

    def decided(self, proceeding_id: StrandId) -> int:
        last = select(func.coalesce(func.max(_d.number), 0)).where(_d.proceeding_id == proceeding_id)
        return int(self._tx.execute(last).scalar_one())

    def add_decisions(
        self, proceeding_id: StrandId, decisions: Sequence[Decision[Content]], rests_on: Collection[FactId]
    ) -> None:
        if decisions:
            first = self.decided(proceeding_id) + 1
            self._tx.execute(_all_at_once(proceeding_id, decisions, rests_on, first))
            review_queue.decided(self._tx, proceeding_id, decisions)

    def decisions_page(
        self, proceeding_id: StrandId, page: Page, clearances: Collection[Clearance], wanted: DecisionFilter
    ) -> list[KeptDecision]:
        statement = select(disclosure_decisions)
        statement = statement.where(_d.proceeding_id == proceeding_id, *_shown_to(_d, clearances))
        if wanted.subject is not None:
            statement = statement.where(_d.subject_id == wanted.subject)
        if wanted.kind is not None:
            statement = statement.where(_d.kind == wanted.kind)
        if wanted.standing:
            later = disclosure_decisions.alias("later").c
            same = (later.proceeding_id == _d.proceeding_id, later.kind == _d.kind, later.subject_id == _d.subject_id)
            newer = select(later.id).where(*same, later.number > _d.number, *_shown_to(later, clearances))
            statement = statement.where(~newer.exists())
        if page.after is not None:
            place = select(_d.number).where(_d.proceeding_id == proceeding_id, _d.id == page.after).scalar_subquery()
            statement = statement.where(_d.number > place)
        rows = self._tx.execute(statement.order_by(_d.number).limit(page.limit))
        return [KeptDecision(_to_decision(r), r.number, tuple(FactId(f) for f in r.rests_on)) for r in rows]

    def resting_on(
        self, proceeding_id: StrandId, subjects: Collection[Subject] | None = None
    ) -> Mapping[FactId, frozenset[Subject]]:
        fact = func.unnest(_d.rests_on).label("fact")
        statement = select(fact, _d.subject_kind, _d.subject_id).where(
            _d.proceeding_id == proceeding_id, func.cardinality(_d.rests_on) > 0
        )
        if subjects is not None:
            statement = statement.where(among(_d.subject_id, {s.id for s in subjects}))
        found: dict[FactId, set[Subject]] = defaultdict(set)
        for row in self._tx.execute(statement.distinct()):
            found[FactId(row.fact)].add(_subject(row))
        return {fact_id: frozenset(subjects) for fact_id, subjects in found.items()}

    def happenings(self, proceeding_id: StrandId) -> list[KeptHappening]:
        statement = select(disclosure_happenings).where(disclosure_happenings.c.proceeding_id == proceeding_id)
        return [_to_happening(r) for r in self._tx.execute(statement.order_by(disclosure_happenings.c.id))]

    def add_happening(self, proceeding_id: StrandId, happening: KeptHappening) -> None:
        values = {
            "id": happening.id,
            "proceeding_id": proceeding_id,
            "kind": happening.happening.kind.value,
            "happened_on": happening.happening.on,
            "party_id": happening.party,
            "takes_back": happening.takes_back,
            "reason": happening.reason,
        }
        self._tx.execute(insert(disclosure_happenings).values(**values, **signature(happening.by)))

    def add_viewings(self, proceeding_id: StrandId, viewings: Sequence[tuple[UUID, Viewing]], at: datetime) -> None:
        rows = [
            {
                "id": viewing_id,
                "proceeding_id": proceeding_id,
                "evidence_id": v.item,
                "person_id": v.person,
                "began_at": v.began,
                "ended_at": v.ended,
                "first": v.first,
                "last": v.last,
                "recorded_at": at,
            }
            for viewing_id, v in viewings
        ]
        self._tx.execute(insert(disclosure_viewings), rows)


def to_viewing(row: Row[Any]) -> Viewing:
    person, item = PersonId(row.person_id), EvidenceId(row.evidence_id)
    return Viewing(item, person, row.began_at, row.ended_at, row.first, row.last)


def _shown_to(
    of: ColumnCollection[str, ColumnElement[Any]], clearances: Collection[Clearance]
) -> list[ColumnElement[bool]]:
    """What `dems.model.disclosure.visibility.seen_by` leaves of decisions: who changes the one changes the other."""
    order = of.content["order"].astext
    if Clearance.SENSITIVE not in clearances:
        placeholder = material_elsewhere.c
        restricted = select(placeholder.id).where(placeholder.id == of.subject_id, placeholder.restricted).exists()
        return [
            of.kind.not_in(["pii", "source_check", "sensitivity", "leak_check", "clearance", "harm_test", "onward"]),
            not_(and_(of.kind == "handling", order.is_not(None))),
            not_(restricted),
        ]
    if Clearance.PII in clearances:
        return []
    secret = disclosure_decisions.alias("secret").c
    without_notice = PiiKind.WITHOUT_NOTICE.value
    under_it = (
        select(secret.id)
        .where(
            secret.proceeding_id == of.proceeding_id,
            secret.subject_id == of.subject_id,
            secret.kind == "pii",
            secret.content["kind"].astext == without_notice,
            secret.content["order"].astext == order,
        )
        .exists()
    )
    hidden = or_(
        and_(of.kind == "pii", of.content["kind"].astext == without_notice), and_(of.kind == "handling", under_it)
    )
    return [of.kind != "clearance", not_(hidden)]


def _all_at_once(
    proceeding_id: StrandId, decisions: Sequence[Decision[Content]], rests_on: Collection[FactId], first: int
) -> Insert:
    """One statement for thousands, with one value that has them all: a row at a time costs several times as much."""
    rows = [{"number": n, **_values(decision)} for n, decision in enumerate(decisions, first)]
    typed = [column(name, _d[name].type) for name in rows[0]]
    given = cast(literal(json.dumps(rows, default=str), NullType()), JSONB)
    each = func.jsonb_to_recordset(given).table_valued(*typed, name="each").render_derived(with_types=True)
    shared = {"proceeding_id": literal(proceeding_id, Uuid), "rests_on": ids_as_array(sorted(rests_on))}
    chosen = select(*each.c, *shared.values()).order_by(each.c.number)
    return insert(disclosure_decisions).from_select([*rows[0], *shared], chosen)


def _subject(row: Row[Any]) -> Subject:
    return Subject(SubjectKind(row.subject_kind), row.subject_id)


def _values(decision: Decision[Content]) -> dict[str, Any]:
    kind, record = content_record(decision.content)
    return {
        "id": decision.id,
        "subject_kind": decision.subject.kind.value,
        "subject_id": decision.subject.id,
        "kind": kind,
        "content": record,
        "reason": decision.reason,
        "replaces": decision.replaces,
        **signature(decision.by),
    }


def _to_decision(row: Row[Any]) -> Decision[Content]:
    return Decision(
        DecisionId(row.id),
        StrandId(row.proceeding_id),
        _subject(row),
        content_from(row.kind, row.content),
        signed(row),
        row.reason,
        None if row.replaces is None else DecisionId(row.replaces),
    )


def _to_opening(row: Row[Any]) -> Opening:
    parties = tuple(PartyTo(PartyId(UUID(p["party"])), Position(p["position"]), p["name"]) for p in row.parties)
    return Opening(StrandId(row.proceeding_id), row.number, row.investigation_began, parties, row.reason, signed(row))


def _to_happening(row: Row[Any]) -> KeptHappening:
    party = None if row.party_id is None else PartyId(row.party_id)
    return KeptHappening(
        HappeningId(row.id),
        Happening(HappeningKind(row.kind), row.happened_on, party),
        signed(row),
        None if row.takes_back is None else HappeningId(row.takes_back),
        row.reason,
    )
