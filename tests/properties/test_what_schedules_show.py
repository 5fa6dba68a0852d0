"""What somebody without a clearance is shown does not tell whether there is more; what is frozen has one byte form."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dems.ledger.canonical import canonical
from dems.model.disclosure.contents import (
    Content,
    Handled,
    Pii,
    PiiKind,
    PiiOutcome,
    PiiStage,
)
from dems.model.disclosure.decisions import Record
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.material import Subject
from dems.model.disclosure.rules import check
from dems.model.disclosure.visibility import seen_by
from dems.model.ids import DecisionId
from dems.model.people import Clearance
from tests.model.disclosing import (
    Desk,
    material,
)
from tests.properties.deciding import ITEMS, contents


def is_secret(content: Content) -> bool:
    return (isinstance(content, Pii) and content.kind is PiiKind.WITHOUT_NOTICE) or (
        isinstance(content, Handled) and content.order == "PII/without_notice"
    )


@settings(max_examples=60, deadline=None)
@given(made=st.lists(st.tuples(st.sampled_from(ITEMS[:2]), contents), max_size=12))
def test_whoever_lacks_the_clearance_sees_the_same_whether_there_is_immunity_without_notice_or_not(
    made: list[tuple[Subject, Content]],
) -> None:
    """Of two records that differ only in it, what is shown is the same to the last id."""
    order = Pii(
        PiiKind.WITHOUT_NOTICE, PiiStage.ORDERED, "Source", "Found", "", "PII/without_notice", PiiOutcome.WITHHOLD
    )
    made = [*((subject, order) for subject in ITEMS[:2]), *made]
    with_all, without = (told(kept) for kept in (made, [m for m in made if not is_secret(m[1])]))
    for clearances in (frozenset[Clearance](), frozenset({Clearance.SENSITIVE})):
        one, other = seen_by(with_all.file, clearances), seen_by(without.file, clearances)
        assert shown(one.record) == shown(other.record)
        assert check(one, ("R32",)) == ()


def told(made: list[tuple[Subject, Content]]) -> Desk:
    desk = Desk()
    desk.add(*(material(n) for n in range(1, 3)))
    for subject, content in made:
        desk.put(desk.decision(subject, content))
    return desk


def shown(record: Record) -> list[tuple[Subject, Content, int | None]]:
    """What a record says, without ids and times, which differ between two records."""
    place: dict[DecisionId | None, int] = {d.id: n for n, d in enumerate(record.decisions)}
    return [(d.subject, d.content, place.get(d.replaces)) for d in record.decisions]


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
members = st.sampled_from(["description", "location", "number", "note", "of", "rows", "sha256", "schedule_reason"])


@settings(max_examples=100, deadline=None)
@given(value=st.dictionaries(members, texts | st.integers(-(2**53) + 1, 2**53 - 1) | st.none() | st.booleans()))
def test_a_snapshot_has_the_byte_form_of_a_custody_entry(value: dict[str, object]) -> None:
    assert frozen(value).data == canonical(value)
    assert frozen(value).intact
