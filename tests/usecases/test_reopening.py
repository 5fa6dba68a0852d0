"""What has come in since a decision was made puts it in question, and says which and why."""

import pytest

from dems.bootstrap import Dems
from dems.errors import NotFound
from dems.model.disclosure.contents import AgainstTest, Described, Relevant, Result, Sensitive, Used
from dems.model.disclosure.material import Subject
from dems.model.disclosure.parties import Happening, HappeningKind
from dems.model.disclosure.reopening import Touched, in_question
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.disclosure.rules import check
from dems.model.evidence import Evidence, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import DecisionId, EvidenceId
from dems.model.life.contents import ThemeStatus
from dems.model.life.saying import NewFact
from dems.model.life.when import When
from dems.model.people import Clearance
from dems.ports import Page
from dems.steps.proceeding_files import shown_to, whole
from dems.usecases.disclosure.decide import Deciding
from dems.usecases.disclosure.look_up import MOST_BLOCKS, LookUpDisclosure
from dems.usecases.disclosure.make_block import NewBlock
from tests.conftest import Team
from tests.model.disclosing import NOT_SENSITIVE, SENSITIVE
from tests.proceedings import OpenProceeding, proceeding_of
from tests.readings import finding, record
from tests.world import Somebody, World

RELEVANT, UNUSED, FAILS = Relevant(relevant=True), Used(used=False), AgainstTest(Result.DOES_NOT_MEET)


@pytest.fixture
def case(world: World, team: Team) -> OpenProceeding:
    return proceeding_of(world, team)


def questioned(case: OpenProceeding, by: Somebody | None = None) -> set[tuple[Subject, type, str]]:
    """The subject and kind of each decision in question, and the first words of why."""
    found = listed(case, Page(100), by)
    return {(t.decision.subject, type(t.decision.content), t.why.split(" ")[0]) for t in found}


def listed(case: OpenProceeding, page: Page, by: Somebody | None = None) -> list[Touched]:
    return list(case.dems.disclosure.look_up.reopened((by or case.officer).actor, case.id, page).found)


def sealed(dems: Dems, subject: Subject) -> Evidence:
    with dems.transaction() as tx:
        return tx.evidence.get(EvidenceId(subject.id))


def test_new_material_puts_in_question_what_it_duplicates_and_the_block_that_asks_for_it(
    dems: Dems, case: OpenProceeding
) -> None:
    first, other = case.file(b"the same bytes"), case.file(b"other bytes")
    asks = NewBlock("Recordings", "Phone", "There are too many.", "Of 5 bytes and more", ReviewFilter(min_size=5))
    block = dems.reviewing.block(case.officer.actor, case.id, asks).block.subject
    elsewhere = NewBlock("Tapes", "Archive", "There are too many.", "On the shelf", quantity=9)
    dems.reviewing.block(case.officer.actor, case.id, elsewhere)
    assert questioned(case) == set(), "nothing was decided"
    case.decide(first, RELEVANT, UNUSED, SENSITIVE, FAILS)
    case.decide(other, RELEVANT)
    case.decide(block, RELEVANT, UNUSED, FAILS)
    assert questioned(case) == set()
    case.decide(case.file(b"described by itself"), Described("Recording of the corridor at night", "Store A"))
    assert questioned(case) == set(), "what has a row of its own is for no block"
    case.file(b"the same bytes")
    case.thing("Z/1")
    again = {(s, k, "New") for s in (first, block) for k in (Relevant, AgainstTest)}
    assert questioned(case) == again
    with dems.transaction() as tx:
        file = whole(tx, case.id, dems.clock())
        broken = check(file, ("REOPENED",))
    assert len(broken) == 4, "nothing is certified until each is decided anew"
    case.decide(first, RELEVANT, FAILS)
    assert questioned(case) == {(block, k, "New") for k in (Relevant, AgainstTest)}


def test_what_derives_from_something_decided_puts_it_in_question(dems: Dems, case: OpenProceeding) -> None:
    first = case.thing("A/1")
    case.decide(first, RELEVANT, UNUSED)
    dems.intake.declare(
        case.officer.actor,
        case.case_id,
        exhibit_ref=ExhibitRef("A/2"),
        description="A cast of it",
        kind=Kind.PHYSICAL,
        derived_from=EvidenceId(first.id),
    )
    assert questioned(case) == {(first, Relevant, "New")}


def test_findings_that_are_others_put_what_was_made_of_them_in_question(dems: Dems, case: OpenProceeding) -> None:
    first, second = case.file(b"a picture"), case.file(b"another")
    record(dems, sealed(dems, first), finding("camera", "A"))
    case.decide(first, RELEVANT, NOT_SENSITIVE)
    record(dems, sealed(dems, first), finding("camera", "A", source="EXIF:Other"))
    record(dems, sealed(dems, second), finding("camera", "B"))
    assert questioned(case) == set(), "it found the same, and of the other nothing was decided"
    names = [finding(name, "x") for name in ("one", "two", "three", "four", "five", "six")]
    record(dems, sealed(dems, first), *names)
    assert questioned(case) == {(first, Relevant, "What"), (first, Sensitive, "What")}
    [one, _] = listed(case, Page(5))
    assert one.why == "What this was found to hold has changed: camera, five, four, one, six and 2 more."
    assert questioned(case, case.uncleared) == {(first, Relevant, "What")}, "of what is not shown nothing is said"
    unread = listed(case, Page(5), case.team.manager)
    assert [t.why for t in unread] == ["What this was found to hold has changed."], "findings are not for everybody"
    [later] = listed(case, Page(5, one.decision.id))
    assert listed(case, Page(1)) == [one]
    assert later.decision.content == NOT_SENSITIVE


def test_a_defence_statement_and_a_corrected_fact_put_in_question_until_taken_back_or_decided_anew(
    dems: Dems, case: OpenProceeding
) -> None:
    first, second = case.thing("A/1"), case.thing("A/2")
    today, manager = When(dems.clock().date()), case.team.manager.actor
    fact = dems.cases.record(manager, case.case_id, [NewFact(ThemeStatus("taser", True, today))]).facts[0]
    asked = [Deciding(UNUSED, [first], "A Taser was used")]
    [rests] = dems.disclosure.decide(case.officer.actor, case.id, asked, rests_on=[fact.id])
    case.decide(second, UNUSED, FAILS)
    statement = Happening(HappeningKind.DEFENCE_STATEMENT, dems.clock().date())
    said = dems.disclosure.happening(case.officer.actor, case.id, statement)
    assert questioned(case) == {(second, AgainstTest, "A")}
    dems.disclosure.happening.take_back(case.officer.actor, case.id, said.id, reason="Another case")
    assert questioned(case) == set()
    wrong = NewFact(ThemeStatus("mental_health", True, today), fact.id, "It was another")
    dems.cases.record(manager, case.case_id, [wrong])
    assert questioned(case) == {(first, Used, "A")}
    [found] = listed(case, Page(5))
    assert found.decision == rests
    assert found.why == (
        "A fact that this rested on was corrected: The theme status that was recorded is another now, or was taken back."
    )
    case.decide(first, UNUSED)
    assert questioned(case) == set()
    with pytest.raises(NotFound):
        dems.disclosure.look_up.reopened(case.team.outsider.actor, case.id, Page(5))


def paged(case: OpenProceeding, looked_through: int, limit: int, by: Somebody) -> list[Touched]:
    """All of it, page by page, of which each looks through so many decisions."""
    look = LookUpDisclosure(case.dems.transaction, case.dems.clock, looked_through)
    found: list[Touched] = []
    after: DecisionId | None = None
    for _ in range(100):
        page = look.reopened(by.actor, case.id, Page(limit, after))
        assert len(page.found) <= limit
        found += page.found
        if page.ahead is None:
            return found
        assert after is None or page.ahead > after
        after = page.ahead
    raise AssertionError("the list has no end")


@pytest.mark.parametrize(("looked_through", "limit"), [(1, 5), (3, 1), (4, 500), (500, 2)])
def test_page_by_page_it_is_what_the_whole_file_says(
    dems: Dems, case: OpenProceeding, looked_through: int, limit: int
) -> None:
    first, second, third = case.file(b"the same bytes"), case.file(b"a picture"), case.thing("A/3")
    record(dems, sealed(dems, second), finding("camera", "A"))
    blocks = []
    for n in range(MOST_BLOCKS + 1):
        asks = NewBlock(f"Recordings {n}", "Phone", "There are too many.", "Small ones", ReviewFilter(min_size=9 + n))
        blocks.append(dems.reviewing.block(case.officer.actor, case.id, asks).block.subject)
    today, manager = When(dems.clock().date()), case.team.manager.actor
    fact = dems.cases.record(manager, case.case_id, [NewFact(ThemeStatus("taser", True, today))]).facts[0]
    asked = [Deciding(UNUSED, [third, blocks[0]], "A Taser was used")]
    dems.disclosure.decide(case.officer.actor, case.id, asked, rests_on=[fact.id])
    for subject in (first, second, third, *blocks):
        case.decide(subject, RELEVANT, *(() if subject in {third, blocks[0]} else (UNUSED,)), SENSITIVE, FAILS)
    case.decide(case.thing("A/4"), FAILS)
    case.file(b"the same bytes")
    record(dems, sealed(dems, second), finding("camera", "B"))
    wrong = NewFact(ThemeStatus("mental_health", True, today), fact.id, "It was another")
    dems.cases.record(manager, case.case_id, [wrong])
    case.decide(blocks[1], RELEVANT)
    dems.disclosure.happening(
        case.officer.actor, case.id, Happening(HappeningKind.DEFENCE_STATEMENT, dems.clock().date())
    )
    for by, held in ((case.officer, frozenset(Clearance)), (case.uncleared, frozenset[Clearance]())):
        with dems.transaction() as tx:
            file = shown_to(tx, whole(tx, case.id, dems.clock()), held)
        expected = {t.decision.id: (t.decision.content, t.cause.at, t.why) for t in in_question(file)}
        found = paged(case, looked_through, limit, by)
        assert [t.decision.id for t in found] == [d.id for d in file.record.decisions if d.id in expected]
        assert {t.decision.id: (t.decision.content, t.cause.at, t.why) for t in found} == expected
    assert len({type(t.cause) for t in paged(case, looked_through, limit, case.officer)}) == 4
