"""Every decision comes back from JSON as it went in, and whatever cannot be read is refused by name."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.errors import Invalid
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Handled,
    Handling,
    LeakCleared,
    Level,
    NeedsClearance,
    Pii,
    PiiKind,
    PiiOutcome,
    PiiStage,
    Presumed,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    Sensitive,
    SensitiveInformation,
    SourceChecked,
    Used,
)
from dems.model.disclosure.contents_of_lists import (
    Exhibited,
    HarmTested,
    Onward,
    Owned,
    Paginated,
    ProposedOnward,
    Supply,
)
from dems.model.disclosure.records import KINDS, MOST_BYTES, content_from, content_record, kind_of
from dems.model.disclosure.reviewing import ReviewFilter, filter_from, filter_record
from dems.model.people import Clearance
from dems.model.shapes import MOST_LISTED, MOST_NUMBER, MOST_TEXT

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40).filter(
    lambda t: bool(t.strip())
)
BEFORE_ORDER = [PiiStage.CONSIDERED, PiiStage.APPLIED, PiiStage.DISCHARGED]
AFTER_ORDER = [PiiStage.ORDERED, PiiStage.UNDER_REVIEW]
dates = st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))
pages = st.integers(1, 9_999)
unordered = st.builds(
    Pii, st.sampled_from(PiiKind), st.sampled_from(BEFORE_ORDER), texts, texts, texts, review_on=dates
)
ordered = st.builds(
    Pii,
    st.sampled_from(PiiKind),
    st.sampled_from(AFTER_ORDER),
    texts,
    texts,
    order=texts,
    outcome=st.sampled_from(PiiOutcome),
    review_on=dates,
)
CONTENTS: dict[str, st.SearchStrategy[Content]] = {
    "relevance": st.builds(Relevant, st.booleans()),
    "use": st.builds(Used, st.booleans()),
    "description": st.builds(Described, texts, texts),
    "sensitivity": st.builds(
        Sensitive, st.sampled_from(Level), texts, texts, st.lists(texts, max_size=3).map(tuple), texts
    ),
    "sensitive_information": st.builds(SensitiveInformation, st.booleans(), texts),
    "privilege": st.builds(Privilege, st.sampled_from(PrivilegeState)),
    "pii": unordered | ordered,
    "test": st.builds(AgainstTest, st.sampled_from(Result), texts),
    "presumption": st.builds(Presumed, st.none() | texts),
    "clearance": st.builds(NeedsClearance, st.none() | st.sampled_from(Clearance)),
    "source_check": st.builds(SourceChecked, texts, st.booleans()),
    "handling": st.builds(Handled, st.sampled_from(Handling), st.none() | texts),
    "leak_check": st.builds(LeakCleared, st.lists(texts, max_size=3).map(tuple)),
    "exhibit": st.builds(Exhibited, texts, texts, texts, texts),
    "harm_test": st.builds(
        HarmTested, st.sampled_from(Supply), texts, texts, st.lists(texts, max_size=3).map(tuple), texts, st.booleans()
    ),
    "pages": st.builds(lambda volume, pages: Paginated(volume, *sorted(pages)), texts, st.tuples(pages, pages)),
    "owner": st.builds(Owned, texts, dates),
    "onward": st.builds(ProposedOnward, st.sampled_from(Onward), texts),
}


def test_every_kind_of_decision_is_tried() -> None:
    assert set(CONTENTS) == set(KINDS)


@given(st.one_of(*CONTENTS.values()))
def test_a_decision_comes_back_as_it_went_in(content: Content) -> None:
    kind, record = content_record(content)
    assert kind == kind_of(content)
    assert content_from(kind, json.loads(json.dumps(record))) == content


@pytest.mark.parametrize(
    ("kind", "record", "field"),
    [
        ("importance", {}, "kind"),
        ("relevance", {}, "relevant"),
        ("relevance", {"relevant": "yes"}, "relevant"),
        ("relevance", {"relevant": 1}, "relevant"),
        ("relevance", {"relevant": None}, "relevant"),
        ("relevance", {"relevant": True, "sensitive": True}, "sensitive"),
        ("sensitivity", {"level": "a_bit"}, "level"),
        ("sensitivity", {"level": "sensitive", "categories": "methods"}, "categories"),
        ("sensitivity", {"level": "sensitive", "categories": ["m"] * (MOST_LISTED + 1)}, "categories"),
        ("description", {"description": "x" * (MOST_TEXT + 1), "location": "here"}, "description"),
        ("description", {"description": "\ud800", "location": "here"}, "description"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(kind: str, record: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        content_from(kind, record)
    assert refused.value.data["field"] == field


def test_a_decision_that_no_custody_entry_could_hold_is_refused() -> None:
    long = {"level": "sensitive", "categories": ["x" * MOST_TEXT] * (MOST_BYTES // MOST_TEXT + 1)}
    with pytest.raises(Invalid, match="24 KiB"):
        content_from("sensitivity", long)


@given(
    st.builds(
        ReviewFilter,
        media_type=st.none() | texts,
        first=dates,
        min_size=st.none() | st.integers(0, MOST_NUMBER),
        device=st.none() | texts,
        term=st.none() | texts,
    )
)
def test_a_question_comes_back_as_it_was_asked(wanted: ReviewFilter) -> None:
    assert filter_from(json.loads(json.dumps(filter_record(wanted)))) == wanted


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"first": "2026-02-01", "last": "2026-01-01"}, "to"),
        ({"min_size": -1}, "min_size"),
        ({"min_size": True}, "min_size"),
        ({"min_size": 2**60}, "min_size"),
        ({"term": " "}, "term"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_question_that_nobody_can_mean_is_refused_by_name(record: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        filter_from(record)
    assert refused.value.data["field"] == field
