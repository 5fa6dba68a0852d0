"""Material is looked through, searched, sampled, listed together and looked at: what is recorded, shown and refused."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

import pytest

from dems.bootstrap import Dems
from dems.errors import Invalid, NotFound, NotPermitted, WrongState
from dems.model.actors import Actor
from dems.model.custody import of_item
from dems.model.disclosure.contents import Privilege, PrivilegeState, Relevant, Used
from dems.model.disclosure.parties import Happening, HappeningKind
from dems.model.disclosure.reviewing import Awaiting, ReviewFilter, ReviewSort
from dems.model.ids import BlockId, EvidenceId, StrandId, new_id
from dems.ports import Page
from dems.ports.reviewing import ReviewAfter, ReviewPage
from dems.usecases.disclosure.read_queue import InQueue
from dems.usecases.disclosure.record_viewings import Looked
from tests.conftest import Team, Time
from tests.proceedings import OpenProceeding, recorded
from tests.readings import finding, record
from tests.usecases.reviewing import TERMS, asked, describe, item, once, photographs, searched
from tests.world import Somebody, World

A = Awaiting


def queue(
    dems: Dems,
    proceeding: OpenProceeding,
    who: Somebody,
    awaiting: Awaiting = Awaiting.RELEVANCE,
    wanted: ReviewFilter | None = None,
) -> list[InQueue]:
    return dems.reviewing.queue(who.actor, proceeding.id, awaiting, wanted or ReviewFilter(), ReviewPage(50))


def found(rows: list[InQueue]) -> set[EvidenceId]:
    return {r.row.item for r in rows}


def ended(dems: Dems, proceeding: OpenProceeding, time: Time) -> None:
    """Everybody was acquitted, and nobody keeps the material under review any more."""
    today = date(2026, 3, 2)
    for kind in (HappeningKind.ACQUITTED, HappeningKind.REVIEW_ENDED):
        dems.disclosure.happening(proceeding.officer.actor, proceeding.id, Happening(kind, today))
    del time


# --- the queue ---


def test_the_queue_shows_copies_and_near_duplicates_and_is_narrowed(dems: Dems, proceeding: OpenProceeding) -> None:
    one, copy, other = (proceeding.file(b) for b in (b"the same bytes", b"the same bytes", b"something else"))
    for subject, words in (
        (one, "Front of the custody desk at night"),
        (other, "The front of the custody desk at night"),
    ):
        describe(dems, proceeding, subject, words)
    with dems.transaction() as tx:
        kept = tx.evidence.many([item(one), item(other)])
    record(dems, kept[item(one)], finding("device.make", "Canon"), finding("text", "a knife in the yard"))
    record(dems, kept[item(other)], media_type="video/mp4")
    rows = {r.row.item: r for r in queue(dems, proceeding, proceeding.officer)}
    assert rows.keys() == {item(one), item(copy), item(other)}
    assert (rows[item(one)].copies, rows[item(copy)].copies) == ((item(copy),), (item(one),))
    assert (rows[item(one)].near, rows[item(other)].near, rows[item(copy)].near) == ((item(other),), (item(one),), ())
    today = rows[item(one)].row.at.date()
    questions = [
        (ReviewFilter(term="knife"), {item(one)}),
        (ReviewFilter(device="canon"), {item(one)}),
        (ReviewFilter(media_type="video/*"), {item(other)}),
        (ReviewFilter(media_type="image/jpeg"), {item(one)}),
        (ReviewFilter(min_size=1_000), set()),
        (ReviewFilter(first=today - timedelta(days=1), last=today + timedelta(days=1)), set(rows)),
        (ReviewFilter(last=today - timedelta(days=2)), set()),
    ]
    for wanted, answer in questions:
        assert found(queue(dems, proceeding, proceeding.officer, A.RELEVANCE, wanted)) == answer, wanted
    proceeding.decide(one, Relevant(relevant=True))
    assert found(queue(dems, proceeding, proceeding.officer, A.USE)) == {item(one)}
    assert item(one) not in found(queue(dems, proceeding, proceeding.officer))


def test_words_are_looked_for_where_their_reader_may_look(dems: Dems, proceeding: OpenProceeding) -> None:
    one = proceeding.file(b"what was filmed")
    with dems.transaction() as tx:
        kept = tx.evidence.get(item(one))
    record(dems, kept, finding("device.make", "Canon"), finding("text", "a knife in the yard"))
    manager = proceeding.team.manager
    for wanted in (ReviewFilter(term="knife"), ReviewFilter(device="canon")):
        assert found(queue(dems, proceeding, manager, A.RELEVANCE, wanted)) == set(), "a case manager reads no findings"
    assert found(queue(dems, proceeding, manager, A.RELEVANCE, ReviewFilter(term=kept.exhibit_ref.text))) == {item(one)}
    with pytest.raises(Invalid, match="names no word"):
        queue(dems, proceeding, manager, A.RELEVANCE, ReviewFilter(term="-"))


def test_what_may_be_privileged_is_for_counsel_and_sensitivity_for_the_cleared(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    advice, copy = proceeding.file(b"advice of a solicitor"), proceeding.file(b"advice of a solicitor")
    proceeding.decide(advice, Privilege(PrivilegeState.SUSPECTED))
    assert found(queue(dems, proceeding, proceeding.officer)) == {item(copy)}
    [row] = queue(dems, proceeding, proceeding.officer)
    assert row.copies == (), "not among the copies of another either"
    rows = {r.row.item: r for r in queue(dems, proceeding, proceeding.counsel)}
    assert (rows[item(advice)].row.quarantined, rows[item(copy)].copies) == (True, (item(advice),))
    proceeding.decide(copy, Relevant(relevant=True), Used(used=False))
    assert found(queue(dems, proceeding, proceeding.officer, A.SENSITIVITY)) == {item(copy)}
    with pytest.raises(NotPermitted, match="clearance"):
        queue(dems, proceeding, proceeding.uncleared, A.SENSITIVITY)


def test_nobody_learns_of_a_proceeding_that_is_not_open_or_not_theirs(
    dems: Dems, world: World, team: Team, proceeding: OpenProceeding
) -> None:
    closed, _ = recorded(world, team)
    officer = proceeding.officer
    for who, strand in ((officer, closed), (officer, StrandId(new_id())), (team.outsider, proceeding.id)):
        for ask in asks_of(dems, who.actor, strand):
            with pytest.raises(NotFound):
                ask()
    for nothing in (dems.reviewing.look_up.block, partial(dems.reviewing.look_up.annex, page=Page(1))):
        with pytest.raises(NotFound):
            nothing(officer.actor, BlockId(new_id()))


def asks_of(dems: Dems, who: Actor, proceeding: StrandId) -> list[Callable[[], object]]:
    look = dems.reviewing.look_up
    return [
        partial(dems.reviewing.queue, who, proceeding, A.USE, ReviewFilter(), ReviewPage(1)),
        partial(look.searches, who, proceeding, Page(1)),
        partial(look.blocks, who, proceeding, Page(1)),
        partial(look.coverage, who, proceeding, Page(1)),
        partial(dems.reviewing.search, who, proceeding, source="S", purpose="P", hits=TERMS, examined=3),
    ]


def test_a_cursor_of_another_order_is_refused(dems: Dems, proceeding: OpenProceeding) -> None:
    for sort in (ReviewSort.DATE, ReviewSort.SIZE):
        page = ReviewPage(1, sort, ReviewAfter("ABC", EvidenceId(new_id())))
        with pytest.raises(Invalid, match="another order"):
            dems.reviewing.queue(proceeding.officer.actor, proceeding.id, Awaiting.RELEVANCE, ReviewFilter(), page)


# --- what was looked at ---


def test_what_was_looked_at_for_how_long_and_by_whom(dems: Dems, proceeding: OpenProceeding, time: Time) -> None:
    film, photo = proceeding.file(b"a film of a minute"), proceeding.file(b"a photograph")
    unseen = proceeding.thing("QRS/9")
    with dems.transaction() as tx:
        record(dems, tx.evidence.get(item(film)), finding("duration", 60.0))
    now = dems.clock()
    begun = now - timedelta(minutes=10)
    minute = timedelta(minutes=1)
    looked = [
        Looked(item(film), begun, begun + minute, timedelta(0), timedelta(seconds=30)),
        Looked(item(film), begun, begun + 2 * minute, timedelta(seconds=15), timedelta(seconds=45)),
        Looked(item(photo), begun + minute, begun + 3 * minute),
    ]
    key, viewed = once(), dems.reviewing.viewed
    assert viewed(proceeding.officer.actor, proceeding.id, looked, once=key) == 3
    assert viewed(proceeding.officer.actor, proceeding.id, looked, once=key) == 3, "and not again"
    assert viewed(proceeding.lawyer.actor, proceeding.id, [looked[2]]) == 1
    shown = dems.reviewing.look_up.coverage(proceeding.team.investigator.actor, proceeding.id, Page(10))
    counted = shown.counted
    assert counted is not None
    assert (counted.items, counted.unexamined, counted.seen) == (3, 0, 2)
    assert dict(counted.by_person) == {
        proceeding.officer.person.id: 3 * minute,
        proceeding.lawyer.person.id: 2 * minute,
    }
    by_item = {i.item: i for i in shown.items}
    assert (by_item[item(film)].looked, by_item[item(film)].played) == (2 * minute, Fraction(3, 4))
    assert (by_item[item(photo)].looked, by_item[item(photo)].played) == (4 * minute, None)
    assert set(by_item[item(photo)].people) == {proceeding.officer.person.id, proceeding.lawyer.person.id}
    assert (by_item[item(unseen)].people, by_item[item(unseen)].looked) == ((), timedelta(0))
    with dems.transaction() as tx:
        assert b"viewing" not in b"".join(r.detail or b"" for r in tx.custody.chain(of_item(item(film)), Page(50)))
    wrong = [
        ([], "at least one thing"),
        ([Looked(item(film), now, now + minute)], "time to come"),
        ([Looked(item(film), now, now - minute)], "does not end before"),
        ([Looked(EvidenceId(new_id()), begun, now)], "no items of this case"),
    ]
    for bad, words in wrong:
        with pytest.raises(Invalid, match=words):
            viewed(proceeding.officer.actor, proceeding.id, bad)
    del time


def test_once_review_has_ended_nothing_more_is_recorded_of_it(
    dems: Dems, proceeding: OpenProceeding, time: Time
) -> None:
    [one] = photographs(dems, proceeding, 1)
    search = searched(dems, proceeding)
    ended(dems, proceeding, time)
    now = dems.clock()
    refused: list[Callable[[], object]] = [
        lambda: searched(dems, proceeding),
        lambda: dems.reviewing.block(proceeding.officer.actor, proceeding.id, asked()),
        lambda: dems.reviewing.sample(
            proceeding.officer.actor, proceeding.id, items=[item(one)], drawn="So", search=search
        ),
        lambda: dems.reviewing.viewed(proceeding.officer.actor, proceeding.id, [Looked(item(one), now, now)]),
    ]
    for act in refused:
        with pytest.raises(WrongState) as error:
            act()
        assert error.value.data["state"] == "review_ended"
    assert found(queue(dems, proceeding, proceeding.officer)) == {item(one)}, "it can be looked at as it stands"
