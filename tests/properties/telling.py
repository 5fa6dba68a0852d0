"""Contents of facts of every kind, for the property tests of how they are kept and shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from dems.model.ids import PersonId, StrandId
from dems.model.life.contents import Extension, Milestone, PauseBegun
from dems.model.life.events import EVENTS, EventRule, PauseKind, Strand
from dems.model.life.records import KINDS
from dems.model.life.strands import OtherStrand
from dems.model.life.when import When

# Nothing that a database or a chain of entries cannot hold: no NUL, no half of a surrogate pair.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40).filter(
    lambda t: bool(t.strip())
)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 bounds are naive
whens = instants.map(When.of) | instants.map(lambda at: When(When.of(at).on))
ids = st.uuids()
OTHERS = (Strand.WITHDRAWAL, Strand.RESUMPTION, Strand.SERVICE_COMPLAINT, Strand.SUBJECT_ACCESS, Strand.BREACH)


@st.composite
def milestones(draw: st.DrawFn) -> Milestone:
    kind = draw(st.sampled_from([k for k, r in EVENTS.items() if not r.derived]))
    rule: EventRule = EVENTS[kind]
    return Milestone(
        kind,
        draw(whens),
        None if rule.strand is Strand.CASE else StrandId(draw(ids)),
        draw(st.sampled_from(sorted(rule.outcomes))) if rule.outcomes else None,
        PersonId(draw(ids)) if rule.decided else draw(st.none() | ids.map(PersonId)),
    )


@st.composite
def extensions(draw: st.DrawFn) -> Extension:
    asked = draw(whens)
    later = When(asked.on + timedelta(days=draw(st.integers(1, 99))))
    return Extension(
        draw(texts), asked, later, draw(whens), draw(texts), draw(texts), draw(st.none() | ids.map(StrandId))
    )


st.register_type_strategy(When, whens)
st.register_type_strategy(str, texts)
OF_KINDS: dict[type[Any], st.SearchStrategy[Any]] = {
    **{kind: st.builds(kind) for kind in KINDS.values()},
    Milestone: milestones(),
    Extension: extensions(),
    PauseBegun: st.builds(PauseBegun, kind=st.sampled_from(PauseKind), proceedings=texts),
    OtherStrand: st.builds(OtherStrand, strand=st.sampled_from(OTHERS)),
}
