"""What of an item answered a search: the declared field, or the findings, a few for each condition."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Text,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    lateral,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from dems.db.repositories.base import Runner
from dems.db.repositories.evidence import to_evidence
from dems.db.repositories.findings import FindingRows
from dems.db.repositories.found_values import to_finding
from dems.db.tables import cases, evidence, findings
from dems.model.evidence import Evidence
from dems.model.findings import Entry, Finding, Moment, Place
from dems.model.ids import EvidenceId
from dems.model.places import EARTH_KILOMETRES, boxes, distance
from dems.model.searching import (
    DEVICES,
    DURATION,
    MOST_MATCHES,
    PLACES,
    RECORDED,
    Match,
    MatchedIn,
    Search,
    certainly_between,
    excerpt,
    shown_between,
)
from dems.ports.findings import ItemFindings
from dems.ports.searching import Hit

Condition = ColumnElement[bool]
_NOBODYS = UUID(int=0)
_found = findings.c
_text = func.coalesce(_found.text_value, _found.entry.op("->>")("name"))


def in_time(search: Search) -> Condition | None:
    """A time of recording or sending that lies, or whose clock may have stood so that it lies, within what is asked."""
    if not search.timed:
        return None
    least, most = shown_between(search)
    known = [_found.at.is_not(None), *_between(_found.at, search.recorded_from, search.recorded_to)]
    unknown = [_found.local_at.is_not(None), _found.at.is_(None), *_between(_found.local_at, least, most)]
    return and_(_found.name.in_(RECORDED), or_(and_(*known), and_(*unknown)))


def in_place(search: Search) -> Condition | None:
    """A position in a box round the circle, and then in the circle."""
    if search.near is None:
        return None
    centre, most = search.near.place, search.near.kilometres
    around = or_(
        *(
            and_(_found.latitude.between(b.south, b.north), _found.longitude.between(b.west, b.east))
            for b in boxes(centre, most)
        )
    )
    height = func.power(func.sin(func.radians(_found.latitude - centre.latitude) / 2), 2)
    width = func.power(func.sin(func.radians(_found.longitude - centre.longitude) / 2), 2)
    shrinking = func.cos(func.radians(literal(centre.latitude))) * func.cos(func.radians(_found.latitude))
    away = 2 * EARTH_KILOMETRES * func.asin(func.sqrt(func.least(1.0, height + shrinking * width)))
    return and_(_found.name.in_(PLACES), _found.latitude.is_not(None), around, away <= most)


def lasting(search: Search) -> Condition | None:
    """A duration within what is asked. The name is written out, so that the index of durations is seen to fit."""
    if not search.lasting:
        return None
    wanted = _between(_found.number_value, search.duration_from, search.duration_to)
    return and_(_found.name == literal_column(f"'{DURATION}'"), *wanted)


def _between(column: ColumnElement[Any], least: Any, most: Any) -> list[Condition]:
    return [*([] if least is None else [column >= least]), *([] if most is None else [column <= most])]


class Matches:
    """Says of each item of one page what answered. Of items whose findings may not be read, nothing of the findings."""

    def __init__(
        self, tx: Runner, words: Callable[[str], Sequence[str]], search: Search, readable: frozenset[UUID]
    ) -> None:
        self._tx = tx
        self._search = search
        self._readable = readable
        self._q = [] if search.q is None else words(search.q)
        self._device = [] if search.device is None else words(search.device)

    def of(self, ids: Sequence[UUID]) -> list[Hit]:
        """In the order of the ids."""
        statement = (
            select(evidence, cases.c.reference)
            .join(cases, cases.c.id == evidence.c.case_id)
            .where(evidence.c.id.in_(ids))
            .order_by(evidence.c.id)
        )
        rows = list(self._tx.execute(statement)) if ids else []
        items = [to_evidence(r) for r in rows]
        declared = self._declared(items)
        standings = FindingRows(self._tx).states([i.id for i in items])
        read = (standings[i.id].reading_id for i in items if i.case_id in self._readable)
        findings_of = self._findings([r for r in read if r is not None])
        return [
            self._hit(row.reference, item, standings[item.id], declared, findings_of)
            for row, item in zip(rows, items, strict=True)
        ]

    def _hit(
        self,
        reference: str,
        item: Evidence,
        standing: ItemFindings,
        declared: dict[EvidenceId, list[Match]],
        findings_of: dict[UUID, list[Match]],
    ) -> Hit:
        kind = [] if self._search.media_type is None else [Match(MatchedIn.MEDIA_TYPE, standing.media_type)]
        read = [] if standing.reading_id is None else findings_of.get(standing.reading_id, [])
        return Hit(item, reference, standing, [*declared.get(item.id, []), *kind, *read])

    def _declared(self, items: Sequence[Evidence]) -> dict[EvidenceId, list[Match]]:
        """Which declared fields hold one of the words."""
        texts = [(i.id, field, text) for i in items for field, text in _texts(i) if text]
        if not self._q or not texts:
            return {}
        given = func.unnest(literal([t for _, _, t in texts], ARRAY(Text)))
        listed = given.table_valued("text", with_ordinality="number", name="listed").render_derived()
        statement = select(listed.c.number).where(_holds(listed.c.text, self._q)).order_by(listed.c.number)
        found: dict[EvidenceId, list[Match]] = {}
        for row in self._tx.execute(statement):
            evidence_id, field, text = texts[row.number - 1]
            found.setdefault(evidence_id, []).append(Match(field, excerpt(text, self._q)))
        return found

    def _findings(self, reading_ids: Sequence[UUID]) -> dict[UUID, list[Match]]:
        """For each condition the first findings that answer it, no finding twice."""
        found: dict[UUID, dict[int, Match]] = {}
        for condition, show in self._conditions():
            for row in self._first(reading_ids, condition) if reading_ids else ():
                found.setdefault(row.reading_id, {}).setdefault(row.position, show(row.position, to_finding(row)))
        return {reading_id: list(by_position.values()) for reading_id, by_position in found.items()}

    def _conditions(self) -> list[tuple[Condition, Callable[[int, Finding], Match]]]:
        search = self._search
        of_devices = or_(*(_found.name.startswith(n, autoescape=True) for n in DEVICES))
        asked = [
            (in_time(search), self._timed),
            (in_place(search), self._placed),
            (lasting(search), _plain),
            (and_(of_devices, _holds_one(self._device)) if self._device else None, self._worded),
            (_holds_one(self._q) if self._q else None, self._worded),
        ]
        return [(condition, show) for condition, show in asked if condition is not None]

    def _first(self, reading_ids: Sequence[UUID], condition: Condition) -> Sequence[Row[Any]]:
        readings = func.unnest(literal(list(reading_ids), ARRAY(Uuid))).table_valued("id", name="of").render_derived()
        few = lateral(
            select(findings)
            .where(_found.reading_id == readings.c.id, condition)
            .order_by(_found.position)
            .limit(MOST_MATCHES)
        )
        return self._tx.execute(select(few).select_from(readings.join(few, true()))).all()

    def _timed(self, position: int, finding: Finding) -> Match:
        certain = isinstance(finding.value, Moment) and certainly_between(self._search, finding.value)
        return Match(MatchedIn.FINDING, None, position, finding, certain=certain)

    def _placed(self, position: int, finding: Finding) -> Match:
        away = None
        if self._search.near is not None and isinstance(finding.value, Place):
            away = distance(self._search.near.place, finding.value)
        return Match(MatchedIn.FINDING, None, position, finding, kilometres=away)

    def _worded(self, position: int, finding: Finding) -> Match:
        text = finding.value.name if isinstance(finding.value, Entry) else str(finding.value)
        return Match(MatchedIn.FINDING, excerpt(text, [*self._q, *self._device]), position, finding)


def _plain(position: int, finding: Finding) -> Match:
    return Match(MatchedIn.FINDING, None, position, finding)


def _texts(item: Evidence) -> list[tuple[MatchedIn, str]]:
    name = "" if item.name is None else item.name.text
    return [
        (MatchedIn.EXHIBIT_REF, item.exhibit_ref.text),
        (MatchedIn.DESCRIPTION, item.description),
        (MatchedIn.NAME, name),
    ]


def _holds(text: ColumnElement[Any], words: Sequence[str]) -> Condition:
    """Whether a text holds one of these words, as the index would have them."""
    quoted = ("'" + w.replace("\\", "\\\\").replace("'", "''") + "'" for w in words)
    return func.words_of(literal(_NOBODYS, Uuid), text).op("@@")(cast(" | ".join(quoted), TSQUERY))


def _holds_one(words: Sequence[str]) -> Condition:
    """The same of a finding. Its text is cut into words only where it holds the letters: there are thousands."""
    letters = or_(*(func.strpos(func.lower(_text), w) > 0 for w in words))
    return case((letters, _holds(_text, words)), else_=false())
