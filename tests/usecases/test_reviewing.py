"""Material is looked through, searched, sampled, listed together and looked at: what is recorded, shown and refused."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import DisclosureRulesBroken, Invalid, NotFound, NotPermitted, WrongState
from dems.model.actors import Actor
from dems.model.custody import of_item, of_proceeding
from dems.model.disclosure.contents import Described, Privilege, PrivilegeState, Relevant, Used
from dems.model.disclosure.material import Subject
from dems.model.disclosure.parties import Happening, HappeningKind
from dems.model.disclosure.reviewing import Awaiting, ReviewFilter, ReviewSort
from dems.model.disclosure.searches import Hits
from dems.model.ids import BlockId, EvidenceId, SearchId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Once, Page
from dems.ports.reviewing import ReviewAfter, ReviewPage
from dems.usecases.disclosure.make_block import NewBlock
from dems.usecases.disclosure.read_queue import InQueue
from dems.usecases.disclosure.record_particulars import Particular
from dems.usecases.disclosure.record_viewings import Looked
from tests.conftest import Team, Time
from tests.model.disclosing import SENSITIVE
from tests.proceedings import OpenProceeding, proceeding_of, recorded
from tests.readings import finding, record
from tests.world import Somebody, World

A = Awaiting
TERMS = [Hits("knife", 2), Hits("zebra", 0)]
"""Of a search of three items."""


@pytest.fixture
def case(world: World, team: Team) -> OpenProceeding:
    return proceeding_of(world, team)


def once() -> Once:
    return Once(uuid4().bytes * 2, b"f" * 32)


def item(subject: Subject) -> EvidenceId:
    return EvidenceId(subject.id)


def queue(
    dems: Dems,
    case: OpenProceeding,
    who: Somebody,
    awaiting: Awaiting = Awaiting.RELEVANCE,
    wanted: ReviewFilter | None = None,
) -> list[InQueue]:
    return dems.reviewing.queue(who.actor, case.id, awaiting, wanted or ReviewFilter(), ReviewPage(50))


def found(rows: list[InQueue]) -> set[EvidenceId]:
    return {r.row.item for r in rows}


def describe(dems: Dems, case: OpenProceeding, subject: Subject, words: str) -> None:
    with dems.transaction() as tx:
        version = tx.evidence.get(item(subject)).version
    changes = {"description": words}
    dems.evidence.describe(case.officer.actor, item(subject), changes, if_version=version, reason="It was seen")


def details(dems: Dems, case: OpenProceeding) -> list[bytes]:
    with dems.transaction() as tx:
        return [row.detail or b"" for row in tx.custody.chain(of_proceeding(case.id), Page(100))]


def ended(dems: Dems, case: OpenProceeding, time: Time) -> None:
    """Everybody was acquitted, and nobody keeps the material under review any more."""
    today = date(2026, 3, 2)
    for kind in (HappeningKind.ACQUITTED, HappeningKind.REVIEW_ENDED):
        dems.disclosure.happening(case.officer.actor, case.id, Happening(kind, today))
    del time


# --- the queue ---


def test_the_queue_shows_copies_and_near_duplicates_and_is_narrowed(dems: Dems, case: OpenProceeding) -> None:
    one, copy, other = (case.file(b) for b in (b"the same bytes", b"the same bytes", b"something else"))
    for subject, words in (
        (one, "Front of the custody desk at night"),
        (other, "The front of the custody desk at night"),
    ):
        describe(dems, case, subject, words)
    with dems.transaction() as tx:
        kept = tx.evidence.many([item(one), item(other)])
    record(dems, kept[item(one)], finding("device.make", "Canon"), finding("text", "a knife in the yard"))
    record(dems, kept[item(other)], media_type="video/mp4")
    rows = {r.row.item: r for r in queue(dems, case, case.officer)}
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
        assert found(queue(dems, case, case.officer, A.RELEVANCE, wanted)) == answer, wanted
    case.decide(one, Relevant(relevant=True))
    assert found(queue(dems, case, case.officer, A.USE)) == {item(one)}
    assert item(one) not in found(queue(dems, case, case.officer))


def test_words_are_looked_for_where_their_reader_may_look(dems: Dems, case: OpenProceeding) -> None:
    one = case.file(b"what was filmed")
    with dems.transaction() as tx:
        kept = tx.evidence.get(item(one))
    record(dems, kept, finding("device.make", "Canon"), finding("text", "a knife in the yard"))
    manager = case.team.manager
    for wanted in (ReviewFilter(term="knife"), ReviewFilter(device="canon")):
        assert found(queue(dems, case, manager, A.RELEVANCE, wanted)) == set(), "a case manager reads no findings"
    assert found(queue(dems, case, manager, A.RELEVANCE, ReviewFilter(term=kept.exhibit_ref.text))) == {item(one)}
    with pytest.raises(Invalid, match="names no word"):
        queue(dems, case, manager, A.RELEVANCE, ReviewFilter(term="-"))


def test_what_may_be_privileged_is_for_counsel_and_sensitivity_for_the_cleared(
    dems: Dems, case: OpenProceeding
) -> None:
    advice, copy = case.file(b"advice of a solicitor"), case.file(b"advice of a solicitor")
    case.decide(advice, Privilege(PrivilegeState.SUSPECTED))
    assert found(queue(dems, case, case.officer)) == {item(copy)}
    [row] = queue(dems, case, case.officer)
    assert row.copies == (), "not among the copies of another either"
    rows = {r.row.item: r for r in queue(dems, case, case.counsel)}
    assert (rows[item(advice)].row.quarantined, rows[item(copy)].copies) == (True, (item(advice),))
    case.decide(copy, Relevant(relevant=True), Used(used=False))
    assert found(queue(dems, case, case.officer, A.SENSITIVITY)) == {item(copy)}
    with pytest.raises(NotPermitted, match="clearance"):
        queue(dems, case, case.uncleared, A.SENSITIVITY)


def test_nobody_learns_of_a_proceeding_that_is_not_open_or_not_theirs(
    dems: Dems, world: World, team: Team, case: OpenProceeding
) -> None:
    closed, _ = recorded(world, team)
    officer = case.officer
    for who, proceeding in ((officer, closed), (officer, StrandId(new_id())), (team.outsider, case.id)):
        for ask in asks_of(dems, who.actor, proceeding):
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


def test_a_cursor_of_another_order_is_refused(dems: Dems, case: OpenProceeding) -> None:
    for sort in (ReviewSort.DATE, ReviewSort.SIZE):
        page = ReviewPage(1, sort, ReviewAfter("ABC", EvidenceId(new_id())))
        with pytest.raises(Invalid, match="another order"):
            dems.reviewing.queue(case.officer.actor, case.id, Awaiting.RELEVANCE, ReviewFilter(), page)


# --- searches and samples ---


def searched(dems: Dems, case: OpenProceeding, **changes: object) -> SearchId:
    said: dict[str, object] = {
        "source": "Phone ABC/90", "purpose": "Whether Moss had a knife", "hits": TERMS, "examined": 3, **changes
    }  # fmt: skip
    return dems.reviewing.search(case.officer.actor, case.id, **said).id  # type: ignore[arg-type]


def test_a_search_is_kept_with_its_hits_and_samples_and_told_without_words(dems: Dems, case: OpenProceeding) -> None:
    key, one = once(), case.thing("ABC/1")
    first = searched(dems, case, once=key)
    assert searched(dems, case, once=key) == first
    second = searched(dems, case, source="Laptop", first=date(2026, 1, 1), last=date(2026, 2, 1))
    sampling, drawn = once(), "Every tenth, by hand"
    samples = [
        dems.reviewing.sample(
            case.officer.actor, case.id, items=[item(one)], drawn=drawn, found=[item(one)], search=first, once=sampling
        )
        for _ in range(2)
    ]
    assert samples[0] == samples[1]
    [kept, _] = dems.reviewing.look_up.searches(case.team.investigator.actor, case.id, Page(5))
    assert (kept.id, kept.without_hits, kept.examined, kept.by.role) == (first, ("zebra",), 3, "disclosure_officer")
    assert [(s.items, s.found, s.drawn) for s in kept.samples] == [((item(one),), (item(one),), drawn)]
    assert [s.id for s in dems.reviewing.look_up.searches(case.officer.actor, case.id, Page(5, first))] == [second]
    told = details(dems, case)[-3:]
    assert [b'"act":"strategy.record"' in d for d in told] == [True, True, False]
    assert all(b"knife" not in d and b"Phone" not in d and b"tenth" not in d for d in told)


def test_what_cannot_be_of_a_search_or_a_sample_is_refused(dems: Dems, case: OpenProceeding, world: World) -> None:
    with pytest.raises(Invalid, match="more items than were searched"):
        searched(dems, case, examined=1)
    search, strange = searched(dems, case), case.thing("ABC/1")
    elsewhere = proceeding_of(world, Team(world.case(case.team.manager), case.team.manager, case.officer, world))
    sample = dems.reviewing.sample
    for items, words in (([EvidenceId(new_id())], "no items of this case"), ([], "at least one item")):
        with pytest.raises(Invalid, match=words):
            sample(case.officer.actor, case.id, items=items, drawn="So", search=search)
    with pytest.raises(NotFound):
        sample(elsewhere.officer.actor, elsewhere.id, items=[item(strange)], drawn="So", search=search)
    for who, role in ((case.lawyer, None), (case.officer, CaseRole.REVIEWING_LAWYER)):
        with pytest.raises(DisclosureRulesBroken) as refused:
            dems.reviewing.search(who.actor, case.id, source="S", purpose="P", hits=TERMS, examined=3, role=role)
        assert refused.value.data["problems"][0]["rule"] == "R03"


# --- blocks ---


def asked(term: str = "photograph", **changes: object) -> NewBlock:
    said: dict[str, object] = {
        "title": "Photographs of meals", "source": "Phone ABC/90", "reason": "There are too many",
        "question": "Photographs", "asks": ReviewFilter(term=term), **changes,
    }  # fmt: skip
    return NewBlock(**said)  # type: ignore[arg-type]


def photographs(dems: Dems, case: OpenProceeding, count: int) -> list[Subject]:
    made = [case.file(f"photograph {n}".encode()) for n in range(count)]
    for n, subject in enumerate(made):
        describe(dems, case, subject, f"Photograph {n}")
    return made


def test_a_block_freezes_what_its_question_finds_but_for_what_was_decided_by_itself(
    dems: Dems, case: OpenProceeding
) -> None:
    plain, secret, described, unused, privileged, unexamined, rejected = photographs(dems, case, 7)
    case.decide(secret, SENSITIVE)
    case.decide(described, Described("The desk, by itself", "Store A"))
    case.decide(unused, Relevant(relevant=True), Used(used=False))
    case.decide(privileged, Privilege(PrivilegeState.SUSPECTED))
    case.decide(rejected, Relevant(relevant=False))
    dems.disclosure.particulars(
        case.officer.actor, item(unexamined), Particular(unexamined=True), reason="Seized in bulk"
    )
    case.thing("ABC/77")
    key, search = once(), searched(dems, case)
    new = asked(searches=(search,), first=date(2026, 1, 1), last=date(2026, 2, 1))
    made = dems.reviewing.block(case.uncleared.actor, case.id, new, once=key)
    assert dems.reviewing.block(case.uncleared.actor, case.id, new, once=key) == made
    assert made.block.items == {item(plain), item(secret), item(unused)}, (
        "what is kept from anybody makes no difference"
    )
    same = dems.reviewing.block(case.officer.actor, case.id, new)
    assert same.block.items == made.block.items, "whoever asks"
    [listed, _] = dems.reviewing.look_up.blocks(case.officer.actor, case.id, Page(5))
    assert (listed.block.quantity, listed.block.annex, listed.asks) == (3, (), ReviewFilter(term="photograph"))
    assert listed.annex_sha256 == made.block.frozen_annex.digest.hex
    annex = dems.reviewing.look_up.annex(case.officer.actor, made.block.id, Page(2))
    rest = dems.reviewing.look_up.annex(case.officer.actor, made.block.id, Page(2, annex[-1].item))
    assert (*annex, *rest) == made.block.annex
    assert listed.annex_sha256.encode() in details(dems, case)[-2]


def test_a_block_stays_as_it_is_and_says_what_came_and_what_went(dems: Dems, case: OpenProceeding) -> None:
    first, second = photographs(dems, case, 2)
    made = dems.reviewing.block(case.officer.actor, case.id, asked())
    again = dems.reviewing.look_up.block(case.officer.actor, made.block.id).again
    assert again is not None
    assert again.same
    [third] = photographs(dems, case, 1)
    case.decide(second, Described("The desk, by itself", "Store A"))
    describe(dems, case, first, "A drawing")
    again = dems.reviewing.look_up.block(case.officer.actor, made.block.id).again
    assert again is not None
    assert (again.come, again.gone, again.altered) == (frozenset({item(third)}), frozenset({item(first)}), frozenset())


def test_things_that_are_not_here_are_counted_by_hand(dems: Dems, case: OpenProceeding) -> None:
    made = dems.reviewing.block(case.officer.actor, case.id, asked(asks=None, quantity=40))
    shown = dems.reviewing.look_up.block(case.officer.actor, made.block.id)
    assert (shown.block.block.quantity, shown.block.asks, shown.again) == (40, None, None)
    assert dems.reviewing.look_up.annex(case.officer.actor, made.block.id, Page(5)) == []


def test_what_no_block_can_be_is_refused(dems: Dems, case: OpenProceeding, monkeypatch: pytest.MonkeyPatch) -> None:
    [one, two] = photographs(dems, case, 2)
    whole = dems.reviewing.block(case.officer.actor, case.id, asked())
    wrong = [
        (asked(asks=ReviewFilter()), "at least one thing"),
        (asked(quantity=3), "leave the quantity out"),
        (asked(asks=None), "how many there are"),
        (asked(searches=(SearchId(new_id()),)), "no searches of this proceeding"),
        (asked("zebra"), "finds 0 sealed items"),
        (asked("-"), "names no word"),
    ]
    for new, words in wrong:
        with pytest.raises(Invalid, match=words):
            dems.reviewing.block(case.officer.actor, case.id, new)
    with pytest.raises(DisclosureRulesBroken, match="does not review"):
        dems.reviewing.block(case.lawyer.actor, case.id, asked())
    case.decide(one, Described("The desk, by itself", "Store A"))
    case.decide(two, Described("The yard, by itself", "Store A"))
    with pytest.raises(Invalid, match="nothing is left"):
        dems.reviewing.block(case.officer.actor, case.id, asked())
    for module in ("make_block", "look_up_review"):
        monkeypatch.setattr(f"dems.usecases.disclosure.{module}.MOST_ITEMS", 1)
    with pytest.raises(Invalid, match="finds more than 1 items: narrow it"):
        dems.reviewing.block(case.officer.actor, case.id, asked())
    assert dems.reviewing.look_up.block(case.officer.actor, whole.block.id).again is None


def test_a_sample_of_a_block_is_of_what_is_in_it(dems: Dems, case: OpenProceeding, world: World) -> None:
    [one, _] = photographs(dems, case, 2)
    outside, block = case.thing("ABC/1"), dems.reviewing.block(case.officer.actor, case.id, asked()).block.id
    made = dems.reviewing.sample(case.officer.actor, case.id, items=[item(one)], drawn="By chance", block=block)
    [listed] = dems.reviewing.look_up.blocks(case.officer.actor, case.id, Page(5))
    assert listed.block.samples == (made.sample,)
    with pytest.raises(Invalid, match="not in the block"):
        dems.reviewing.sample(case.officer.actor, case.id, items=[item(outside)], drawn="So", block=block)
    other = proceeding_of(world, case.team)
    with pytest.raises(NotFound):
        dems.reviewing.sample(other.officer.actor, other.id, items=[item(one)], drawn="So", block=block)


# --- what was looked at ---


def test_what_was_looked_at_for_how_long_and_by_whom(dems: Dems, case: OpenProceeding, time: Time) -> None:
    film, photo = case.file(b"a film of a minute"), case.file(b"a photograph")
    unseen = case.thing("ABC/9")
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
    assert viewed(case.officer.actor, case.id, looked, once=key) == 3
    assert viewed(case.officer.actor, case.id, looked, once=key) == 3, "and not again"
    assert viewed(case.lawyer.actor, case.id, [looked[2]]) == 1
    shown = dems.reviewing.look_up.coverage(case.team.investigator.actor, case.id, Page(10))
    assert (shown.counted.items, shown.counted.unexamined, shown.seen) == (3, 0, 2)
    assert dict(shown.by_person) == {case.officer.person.id: 3 * minute, case.lawyer.person.id: 2 * minute}
    by_item = {i.item: i for i in shown.items}
    assert (by_item[item(film)].looked, by_item[item(film)].played) == (2 * minute, Fraction(3, 4))
    assert (by_item[item(photo)].looked, by_item[item(photo)].played) == (4 * minute, None)
    assert set(by_item[item(photo)].people) == {case.officer.person.id, case.lawyer.person.id}
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
            viewed(case.officer.actor, case.id, bad)
    del time


def test_once_review_has_ended_nothing_more_is_recorded_of_it(dems: Dems, case: OpenProceeding, time: Time) -> None:
    [one] = photographs(dems, case, 1)
    search = searched(dems, case)
    ended(dems, case, time)
    now = dems.clock()
    refused: list[Callable[[], object]] = [
        lambda: searched(dems, case),
        lambda: dems.reviewing.block(case.officer.actor, case.id, asked()),
        lambda: dems.reviewing.sample(case.officer.actor, case.id, items=[item(one)], drawn="So", search=search),
        lambda: dems.reviewing.viewed(case.officer.actor, case.id, [Looked(item(one), now, now)]),
    ]
    for act in refused:
        with pytest.raises(WrongState) as error:
            act()
        assert error.value.data["state"] == "review_ended"
    assert found(queue(dems, case, case.officer)) == {item(one)}, "it can be looked at as it stands"
