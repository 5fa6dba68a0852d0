"""Decisions of every kind, about a few items and a block, for the property tests of disclosure."""

from dataclasses import replace

from hypothesis import strategies as st

from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Handled,
    Handling,
    Level,
    Pii,
    PiiKind,
    PiiOutcome,
    PiiStage,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    SourceChecked,
    Used,
)
from dems.model.disclosure.material import Subject
from tests.model.disclosing import (
    SENSITIVE,
    block_id,
    item,
)

ITEMS = [item(n) for n in range(1, 7)]
BLOCK = Subject.block(block_id(1))
TEXT = "Photograph {} of the custody desk"
TEXTS = [TEXT.format("one"), TEXT.format("two"), "x"]

sensitivities = st.sampled_from(Level).map(lambda level: replace(SENSITIVE, level=level))
immunities = st.builds(
    lambda kind, ordered: Pii(
        kind,
        PiiStage.ORDERED if ordered else PiiStage.CONSIDERED,
        "Safety of a source",
        "They would be found",
        "",
        f"PII/{kind.value}" if ordered else None,
        PiiOutcome.WITHHOLD if ordered else None,
    ),
    st.sampled_from(PiiKind),
    st.booleans(),
)
contents: st.SearchStrategy[Content] = st.one_of(
    st.builds(Relevant, st.booleans()),
    st.builds(Used, st.booleans()),
    st.builds(Described, st.sampled_from(TEXTS), st.just("Store A")),
    sensitivities,
    sensitivities,
    st.builds(AgainstTest, st.sampled_from(Result)),
    st.builds(Privilege, st.sampled_from(PrivilegeState)),
    immunities,
    st.builds(Handled, st.sampled_from(Handling), st.sampled_from([None, "PII/without_notice"])),
    st.builds(SourceChecked, st.sampled_from(TEXTS), st.booleans()),
)
