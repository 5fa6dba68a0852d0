"""Rows that go through no model on their way out are what the OpenAPI document says that they are, and say what is kept."""

import base64
import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from api.schemas.contents import content_of
from api.schemas.lives import TimelineRow, timeline_data
from dems.ledger.canonical import canonical
from dems.ledger.entry import leaf_hash
from dems.model.ids import ApprovalId, EntryId, FactId, PersonId
from dems.model.life.contents import Content, Particulars, Retracted
from dems.model.life.facts import Fact
from dems.model.times import rfc3339
from dems.ports import CustodyRow, Destroyed, KeptFact
from tests.properties.telling import OF_KINDS, ids, instants

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DETAIL = {
    "act": "life.record",
    "actor": {"kind": "person", "name": "Åsa Ó Néill", "person": {"id": str(UUID(int=7))}, "role": "investigator"},
    "on_behalf_of": None,
    "case": str(UUID(int=8)),
    "evidence": None,
    "reason": "Said twice",
    "facts": {"recorded": [{"number": 2**53 - 1}]},
}


def _readable(content: Any) -> Any:
    """The API takes no control characters: what it shows has none."""
    texts = {f.name: getattr(content, f.name) for f in fields(content) if type(getattr(content, f.name)) is str}
    shown = {name: "".join(c if c.isprintable() else "?" for c in text) for name, text in texts.items()}
    return replace(content, **{name: text if text.strip() else "?" for name, text in shown.items()})


@given(
    content=st.one_of(list(OF_KINDS.values())).map(_readable),
    at=instants,
    number=st.integers(1, 10_000),
    corrects=st.none() | ids,
    later=st.none() | ids,
)
def test_a_fact_is_shown_as_the_schema_says(
    content: Content, at: datetime, number: int, corrects: UUID | None, later: UUID | None
) -> None:
    if isinstance(content, Retracted):
        corrects = corrects or uuid4()
    reason = None if corrects is None else "It was misread."
    old, new = (None if i is None else FactId(i) for i in (corrects, later))
    fact = Fact(FactId(uuid4()), content, PersonId(uuid4()), at, old, reason)
    shown = _as_its_schema(timeline_data(KeptFact(fact, number, new)))
    assert shown.entry is None
    assert shown.fact is not None
    assert (shown.id, shown.at) == (fact.id, at)
    assert (shown.fact.id, shown.fact.number, shown.fact.recorded_at) == (fact.id, number, at)
    assert (shown.fact.recorded_by, shown.fact.corrects, shown.fact.reason) == (fact.recorded_by, old, reason)
    assert shown.fact.corrected_by == new
    # What was shown can be sent: it says the same again. Of particulars, what is not known is said by nobody.
    if not isinstance(content, Particulars):
        assert content_of(shown.fact.content) == content
    else:
        assert shown.fact.content.model_dump(exclude={"kind"}) == {
            f.name: getattr(content, f.name) for f in fields(content)
        }


def test_an_entry_is_shown_as_the_schema_says() -> None:
    row = _row(canonical(DETAIL))
    shown = _as_its_schema(timeline_data(row)).entry
    assert shown is not None
    assert (shown.id, shown.chain, shown.seq, shown.at, shown.index) == (row.id, row.chain_id, row.seq, row.at, None)
    assert (shown.act, shown.reason, shown.case_id) == ("life.record", "Said twice", str(UUID(int=8)))
    assert (shown.actor, shown.facts) == (DETAIL["actor"], DETAIL["facts"])
    assert (shown.on_behalf_of, shown.evidence_id, shown.destroyed) == (None, None, None)
    assert base64.b64decode(shown.leaf) == row.leaf
    assert shown.leaf_hash == row.leaf_hash.hex()
    assert shown.nonce is not None
    assert shown.detail is not None
    assert base64.b64decode(shown.nonce) == row.nonce
    assert base64.b64decode(shown.detail) == canonical(DETAIL)


def test_an_entry_whose_detail_is_gone_says_who_destroyed_it_and_nothing_else() -> None:
    gone = Destroyed(AT, ApprovalId(UUID(int=5)), "Ask Er", "Con Firmer")
    row = replace(_row(None), nonce=None, index=41, destroyed=gone)
    shown = _as_its_schema(timeline_data(row)).entry
    assert shown is not None
    assert shown.index == 41
    silent = (shown.act, shown.actor, shown.case_id, shown.evidence_id, shown.facts, shown.nonce, shown.detail)
    assert silent == (None,) * 7
    assert shown.destroyed is not None
    assert shown.destroyed.model_dump() == {
        "at": AT,
        "approval": UUID(int=5),
        "asked_by": "Ask Er",
        "confirmed_by": "Con Firmer",
    }


def _row(detail: bytes | None) -> CustodyRow:
    leaf = b"a leaf\0\xff"
    return CustodyRow(EntryId(UUID(int=1)), UUID(int=2), 3, AT, leaf, leaf_hash(leaf), bytes(range(32)), detail)


def _as_its_schema(data: dict[str, Any]) -> TimelineRow:
    """What the schema reads of what is sent: every field, nothing beside them, and times as all times are written."""
    sent = to_json(data)
    read = TimelineRow.model_validate_json(sent)
    assert json.loads(sent) == json.loads(read.model_dump_json())
    assert json.loads(sent)["at"] == rfc3339(read.at)
    return read
