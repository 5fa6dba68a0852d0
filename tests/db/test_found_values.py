"""Findings as rows and back: every kind of value comes out as it went in, and gives the same result to the last bit."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dems.bootstrap import Dems
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence
from dems.model.findings import (
    Confidence,
    Entry,
    Finding,
    Moment,
    Place,
    Reading,
    Rendition,
    RenditionKind,
    ResultState,
    ValueType,
    ZoneStatus,
)
from dems.model.ids import ReadingId, new_id
from dems.ports import Job, JobKind, Lease
from dems.steps.recording import made, original_of
from dems.steps.renditions import keep_renditions
from dems.steps.result import kept_document, result_document
from tests.conftest import Team
from tests.world import World

# What the line from a reader lets through: no NUL, no half character, no number that is none.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
NAMES = st.from_regex(r"[a-z0-9_.]{1,20}", fullmatch=True)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
LOCAL = st.datetimes().map(lambda at: at.replace(fold=0))
"""Nothing that is read says which of two equal readings of a clock it is."""
OFFSETS = st.timedeltas(timedelta(hours=-24), timedelta(hours=24))
MOMENTS = st.one_of(
    st.builds(Moment, LOCAL, st.sampled_from([ZoneStatus.KNOWN, ZoneStatus.ASSUMED]), OFFSETS),
    st.builds(Moment, LOCAL, st.just(ZoneStatus.UNKNOWN)),
)
PLACES = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))
ENTRIES = st.builds(
    Entry,
    TEXT,
    st.none() | st.integers(0, 2**63 - 1),
    st.none() | MOMENTS,
    st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.none() | st.booleans(),
    st.none() | TEXT,
    st.dictionaries(NAMES, st.one_of(TEXT, INTEGERS, NUMBERS, st.booleans()), max_size=4),
)
VALUES = st.one_of(
    st.tuples(st.just(ValueType.TEXT), TEXT),
    st.tuples(st.just(ValueType.INTEGER), INTEGERS),
    st.tuples(st.just(ValueType.NUMBER), NUMBERS),
    st.tuples(st.just(ValueType.BOOLEAN), st.booleans()),
    st.tuples(st.just(ValueType.TIME), MOMENTS),
    st.tuples(st.just(ValueType.PLACE), PLACES),
    st.tuples(st.just(ValueType.ENTRY), ENTRIES),
)
FINDINGS = st.builds(
    lambda typed, **more: Finding(type=typed[0], value=typed[1], **more),
    VALUES,
    name=NAMES,
    raw=st.none() | TEXT,
    unit=st.none() | TEXT,
    source=TEXT,
    tool=TEXT,
    tool_version=TEXT,
    confidence=st.sampled_from(Confidence),
    flags=st.lists(NAMES, max_size=4).map(tuple),
)
READINGS = st.builds(
    lambda ended, **more: Reading(state=ended[0], reason=ended[1], **more),
    st.one_of(
        st.just((ResultState.COMPLETE, None)),
        st.tuples(st.sampled_from([ResultState.PARTIAL, ResultState.FAILED]), TEXT),
    ),
    media_type=st.sampled_from(["image/jpeg", "application/octet-stream"]),
    findings=st.lists(FINDINGS, max_size=6),
    warnings=st.lists(TEXT, max_size=3),
    renditions=st.lists(
        st.builds(
            Rendition,
            st.sampled_from(RenditionKind),
            st.just("image/jpeg"),
            st.integers(1, 4000),
            st.integers(1, 4000),
            st.sampled_from([b"one picture", b"another"]),
            st.none() | st.floats(0, 1e6),
        ),
        max_size=2,
    ),
    tools=st.dictionaries(TEXT, TEXT, max_size=3),
    sandbox=st.just("full"),
    bytes_read=st.integers(0, 2**62),
    requests=st.integers(0, 100_000),
    seconds=st.floats(0, 1e6),
)


@pytest.fixture
def item(world: World, team: Team) -> Evidence:
    return world.sealed(team.investigator, team.case, b"abc")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(reading=READINGS)
def test_rows_give_back_equal_findings_and_the_same_result(dems: Dems, item: Evidence, reading: Reading) -> None:
    original = original_of(item)
    assert original is not None
    now = datetime.now(UTC)
    shown = keep_renditions(dems.exports, original.evidence_id, reading.renditions, now)
    one = made(Lease(Job(JobKind.EXTRACT, new_id()), "nobody", 1), original, reading, shown, now, now)
    with dems.transaction() as tx:
        authority = tx.authorise(system(), Act.FINDINGS_RECORD)
        tx.findings.add(one.kept, one.findings, one.renditions)
        tx.custody.append(authority, of_item(original.evidence_id), evidence_id=original.evidence_id)
    with dems.transaction() as tx:
        kept = tx.findings.get(ReadingId(one.kept.id))
        findings = tx.findings.page(kept.id, 100)
        renditions = tx.findings.renditions(kept.id)
    assert kept == one.kept
    assert [position for position, _ in findings] == list(range(len(reading.findings)))
    # As texts, so that a number is told from another kind of number, and 0.0 from -0.0.
    assert repr([f for _, f in findings]) == repr(list(reading.findings))
    assert tuple(renditions) == one.renditions
    document = kept_document(kept, [f for _, f in findings], renditions)
    assert document == result_document(original, reading)
    assert sha256(document).digest() == kept.result_sha256
