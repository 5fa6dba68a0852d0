"""Every content of a fact comes back from JSON as it went in, and whatever cannot be read is refused by name."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.errors import Invalid
from dems.model.ids import PartyId
from dems.model.life import contents
from dems.model.life.contents import Content, Milestone
from dems.model.life.events import EventKind
from dems.model.life.records import KINDS, content_from, content_record, kind_of_content
from dems.model.life.when import When
from dems.model.shapes import MOST_TEXT
from tests.properties.telling import OF_KINDS


def test_every_kind_of_fact_has_a_name() -> None:
    every = set(contents.Content.__args__)
    assert set(KINDS.values()) == every


@given(st.one_of(list(OF_KINDS.values())))
def test_a_content_comes_back_as_it_went_in(content: Content) -> None:
    kind, record = content_record(content)
    assert KINDS[kind] is type(content)
    assert kind == kind_of_content(content)
    again = content_from(kind, json.loads(json.dumps(record)))
    assert again == content
    assert content_record(again) == (kind, record)


junk: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["2021-04-09", "a\0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.just("on"), inner, max_size=3),
    max_leaves=6,
)


@given(st.one_of(list(OF_KINDS.values())), st.data())
def test_what_cannot_be_read_is_refused_and_nothing_else_goes_wrong(content: Content, data: st.DataObject) -> None:
    kind, record = content_record(content)
    name = data.draw(st.sampled_from([f.name for f in fields(content)]) if fields(content) else st.just("other"))
    broken = {**record, name: data.draw(junk)}
    try:
        read = content_from(kind, broken)
    except Invalid:
        return
    assert type(read) is type(content)


A_MILESTONE = {"kind": "referral_received", "when": "2021-04-09"}


def test_a_date_alone_an_instant_alone_and_both_are_read() -> None:
    day = Milestone(EventKind.REFERRAL_RECEIVED, When(datetime(2021, 4, 9, tzinfo=UTC).date()))
    assert content_from("milestone", A_MILESTONE) == day
    assert content_from("milestone", {**A_MILESTONE, "when": {"on": "2021-04-09"}}) == day
    instant = Milestone(EventKind.REFERRAL_RECEIVED, When.of(datetime(2021, 4, 9, 23, 30, tzinfo=UTC)))
    assert instant.when.on.isoformat() == "2021-04-10", "half past eleven in UTC is half past midnight in London"
    assert content_from("milestone", {**A_MILESTONE, "when": "2021-04-09T23:30:00Z"}) == instant
    both = {"on": "2021-04-10", "at": "2021-04-10T00:30:00+01:00"}
    assert content_from("milestone", {**A_MILESTONE, "when": both}) == instant


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        ("mile stone", {}, "kind"),
        ("milestone", {"colour": "blue"}, "colour"),
        ("milestone", {"kind": None}, "kind"),
        ("milestone", {"kind": "arrested"}, "kind"),
        ("retracted", {"when": "2021-04-09"}, "when"),
        ("milestone", {"when": "9 April"}, "when"),
        ("milestone", {"when": 20210409}, "when"),
        ("milestone", {"when": "2021-04-09T08:30:00"}, "when"),
        ("milestone", {"when": "2021-04-09Tsoon"}, "when"),
        ("milestone", {"when": "0001-01-01T00:00:00+23:59"}, "when"),
        ("milestone", {"when": "1066-10-14"}, "when"),
        ("milestone", {"when": {"at": "2021-04-09T08:30:00Z"}}, "when"),
        ("milestone", {"when": {"on": "2021-04-08", "at": "2021-04-09T08:30:00Z"}}, "when"),
        ("milestone", {"about": "the first review"}, "about"),
        ("major_status", {}, "is_major"),
        ("major_status", {"is_major": 1}, "is_major"),
        ("review", {"id": str(UUID(int=1)), "kind": "handling", "applicant": 7}, "applicant"),
        ("proceeding", {"id": str(UUID(int=1)), "kind": "criminal", "forum": "x", "parties": "all"}, "parties"),
        ("proceeding", {"id": str(UUID(int=1)), "kind": "criminal", "forum": "x", "parties": None}, "parties"),
        ("dsi_review", {"id": str(UUID(int=1)) + "\0"}, "id"),
        ("theme_status", {"theme": "\ud800"}, "theme"),
        ("theme_status", {"theme": "x" * (MOST_TEXT + 1)}, "theme"),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_by_the_name_of_its_field(
    kind: str, changed: dict[str, Any], field: str
) -> None:
    start = A_MILESTONE if kind == "milestone" else {}
    with pytest.raises(Invalid) as refused:
        content_from(kind, {**start, **changed})
    assert refused.value.data == {"field": field}
    assert field in refused.value.message or field == "kind"


def test_parties_are_read_as_ids() -> None:
    several = [UUID(int=1), UUID(int=2)]
    record = {"id": str(UUID(int=3)), "kind": "criminal", "forum": "Crown Court", "parties": [str(p) for p in several]}
    read = content_from("proceeding", record)
    assert getattr(read, "parties", None) == tuple(PartyId(p) for p in several)
    assert get_type_hints(type(read))
