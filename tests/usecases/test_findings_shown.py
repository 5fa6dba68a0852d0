"""Findings, readings, pictures and progress, as people see them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import IntegrityBroken, NotFound, NotPermitted
from dems.model.evidence import Evidence
from dems.model.findings import Entry, Finding, Place
from dems.model.ids import ReadingId, new_id
from dems.model.readings import FindingsState
from dems.ports import EvidenceFilter, Job, JobKind, Page
from tests.conftest import Owner, Team
from tests.readings import finding, picture, record, shown
from tests.world import World

FOUND: list[Finding] = [
    finding("title", "Quay"),
    finding("width", 640),
    finding("duration", 2.5),
    finding("encrypted", value=False),
    finding("recorded_at", shown("2026-03-03T21:14:05")),
    finding("position", Place(53.5, -2.25)),
    finding("entry", Entry("a/b", 3, shown("2026-03-03T21:14:05", hours=1), "0" * 64, True, "folder", {"crc": "1"})),
]


@pytest.fixture
def item(world: World, team: Team) -> Evidence:
    return world.sealed(team.investigator, team.case, b"bytes")


def test_findings_come_back_as_they_were_recorded_page_by_page(dems: Dems, team: Team, item: Evidence) -> None:
    kept = record(dems, item, *FOUND)
    who = team.investigator.actor
    first = dems.findings.look_up.page(who, item.id, limit=4)
    assert first.reading == kept
    assert first.standing.state is FindingsState.COMPLETE
    assert list(first.findings) == list(enumerate(FOUND))[:4]
    rest = dems.findings.look_up.page(who, item.id, limit=4, after=3)
    assert list(rest.findings) == list(enumerate(FOUND))[4:]
    named = dems.findings.look_up.page(who, item.id, limit=4, name="position")
    assert list(named.findings) == [(5, FOUND[5])]


def test_older_readings_stay_and_are_shown_by_their_names(dems: Dems, team: Team, item: Evidence) -> None:
    who = team.investigator.actor
    first, second = record(dems, item, FOUND[0]), record(dems, item, FOUND[1])
    assert dems.findings.look_up.readings(who, item.id, Page(10)) == [first, second]
    assert dems.findings.look_up.readings(who, item.id, Page(10, first.id)) == [second]
    assert dems.findings.look_up.page(who, item.id, limit=9).reading == second
    old = dems.findings.look_up.page(who, item.id, limit=9, reading_id=first.id)
    assert (old.reading, list(old.findings)) == (first, [(0, FOUND[0])])


def test_what_was_not_read_has_no_reading_and_a_state(dems: Dems, team: Team, item: Evidence) -> None:
    page = dems.findings.look_up.page(team.investigator.actor, item.id, limit=9)
    assert (page.reading, page.findings, page.standing.state) == (None, [], FindingsState.WAITING)
    assert dems.findings.look_up.renditions(team.investigator.actor, item.id) == []


def test_a_reading_of_another_item_is_not_there(dems: Dems, world: World, team: Team, item: Evidence) -> None:
    other = world.sealed(team.investigator, team.case, b"other")
    reading_id = record(dems, other).id
    for wanted in (reading_id, ReadingId(new_id())):
        with pytest.raises(NotFound):
            dems.findings.look_up.page(team.investigator.actor, item.id, limit=9, reading_id=wanted)


def test_findings_are_for_those_who_may_see_the_bytes(dems: Dems, team: Team, item: Evidence) -> None:
    shown_one = picture(dems, item, b"\xff\xd8\xff picture")
    record(dems, item, *FOUND, renditions=[shown_one])
    asked: list[Callable[[Any], Any]] = [
        lambda who: dems.findings.look_up.page(who, item.id, limit=9),
        lambda who: dems.findings.look_up.readings(who, item.id, Page(9)),
        lambda who: dems.findings.look_up.renditions(who, item.id),
        lambda who: dems.findings.rendition(who, item.id, shown_one.sha256),
    ]
    for ask in asked:
        ask(team.investigator.actor)
        with pytest.raises(NotPermitted):
            ask(team.manager.actor)
        with pytest.raises(NotFound):
            ask(team.outsider.actor)


def test_that_findings_and_pictures_were_looked_at_is_noted(
    dems: Dems, team: Team, item: Evidence, as_owner: Owner
) -> None:
    shown_one = picture(dems, item, b"\xff\xd8\xff picture")
    record(dems, item, renditions=[shown_one])
    who = team.investigator.actor
    dems.findings.look_up.page(who, item.id, limit=9)
    dems.findings.look_up.readings(who, item.id, Page(9))
    dems.findings.look_up.renditions(who, item.id)
    dems.findings.rendition(who, item.id, shown_one.sha256)
    dems.findings.progress(who, team.case.id)
    rows = as_owner(
        f"SELECT fact FROM consultations WHERE person_id = '{team.investigator.person.id}' ORDER BY id"  # noqa: S608
    )
    assert [(r.fact["act"], r.fact["subject"], r.fact.get("picture")) for r in rows] == [
        ("findings.read", str(item.id), None),
        ("findings.read", str(item.id), None),
        ("findings.read", str(item.id), None),
        ("rendition.read", str(item.id), shown_one.sha256.hex()),
        ("findings.progress", str(team.case.id), None),
    ]


# --- pictures ---


def test_a_picture_is_given_whole_with_the_digest_of_its_original(dems: Dems, team: Team, item: Evidence) -> None:
    data = b"\xff\xd8\xff" + bytes(range(256)) * 4000
    shown_one = picture(dems, item, data)
    record(dems, item, renditions=[shown_one, picture(dems, item, b"\xff\xd8\xff two", number=1)])
    who = team.investigator.actor
    assert [r.number for r in dems.findings.look_up.renditions(who, item.id)] == [0, 1]
    got = dems.findings.rendition(who, item.id, shown_one.sha256)
    assert (got.data, got.rendition, got.original.sha256) == (data, shown_one, item.digests["sha256"])


def test_pictures_of_nothing_of_older_readings_and_of_other_items_are_not_there(
    dems: Dems, world: World, team: Team, item: Evidence
) -> None:
    other = world.sealed(team.investigator, team.case, b"other")
    shown_one = picture(dems, other, b"\xff\xd8\xff picture")
    record(dems, other, renditions=[shown_one])
    who = team.investigator.actor
    for where, sha256 in ((item, shown_one.sha256), (other, bytes(32))):
        with pytest.raises(NotFound):
            dems.findings.rendition(who, where.id, sha256)
    record(dems, other)
    with pytest.raises(NotFound):
        dems.findings.rendition(who, other.id, shown_one.sha256)


@pytest.mark.parametrize("wrong", ["bytes", "shorter", "missing"])
def test_a_picture_that_is_not_what_was_made_is_not_given(dems: Dems, team: Team, item: Evidence, wrong: str) -> None:
    made = picture(dems, item, b"\xff\xd8\xff picture")
    lies = {"bytes": b"\xff\xd8\xff putcire", "shorter": b"\xff\xd8\xff"}
    other = picture(dems, item, lies.get(wrong, b"?"))
    version = "00000000000000000000000000000000" if wrong == "missing" else other.version_id
    key = made.key if wrong == "missing" else other.key
    record(dems, item, renditions=[replace(made, key=key, version_id=version)])
    with pytest.raises(IntegrityBroken, match="The item itself is not touched"):
        dems.findings.rendition(team.investigator.actor, item.id, made.sha256)


# --- progress ---


def test_progress_counts_the_items_of_a_case_in_every_state(
    dems: Dems, world: World, team: Team, item: Evidence
) -> None:
    world.declare(team.investigator, team.case, b"still to come")
    read = world.sealed(team.investigator, team.case, b"read")
    record(dems, read)
    progress = dems.findings.progress(team.manager.actor, team.case.id)
    assert progress.counts == {
        **dict.fromkeys(FindingsState, 0),
        FindingsState.NONE: 1,
        FindingsState.WAITING: 1,
        FindingsState.COMPLETE: 1,
    }
    assert (progress.total, progress.being_read) == (3, 0)
    with dems.transaction() as tx:
        tx.jobs.claim(Job(JobKind.EXTRACT, item.id), timedelta(minutes=1))
    assert dems.findings.progress(team.manager.actor, team.case.id).being_read == 1
    with pytest.raises(NotFound):
        dems.findings.progress(team.outsider.actor, team.case.id)


def test_items_say_what_their_bytes_are_and_whether_a_scanner_named_them(
    dems: Dems, world: World, team: Team, item: Evidence
) -> None:
    other = world.sealed(team.investigator, team.case, b"other")
    record(dems, other, finding("malware", "clean", flags=("clean",)))
    named = finding("malware", "Eicar-Test-Signature", flags=("found",))
    record(dems, item, named, media_type="application/zip", disagrees=True)
    who = team.manager.actor
    one = dems.evidence.look_up.one(who, item.id)[2]
    assert (one.media_type, one.disagrees, one.malware) == ("application/zip", True, True)
    listed = dems.evidence.look_up.page(who, team.case.id, Page(10), EvidenceFilter())
    assert [(i.id, f.malware, f.state) for i, _, f in listed] == [
        (item.id, True, FindingsState.COMPLETE),
        (other.id, False, FindingsState.COMPLETE),
    ]
