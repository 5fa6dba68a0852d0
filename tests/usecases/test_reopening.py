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
from tests.model.disclosing import NOT_SENSITIVE, SENSITIVE
from tests.proceedings import OpenProceeding
from tests.readings import finding, record
from tests.world import Somebody

RELEVANT, UNUSED, FAILS = Relevant(relevant=True), Used(used=False), AgainstTest(Result.DOES_NOT_MEET)


def questioned(proceeding: OpenProceeding, by: Somebody | None = None) -> set[tuple[Subject, type, str]]:
    """The subject and kind of each decision in question, and the first words of why."""
    found = listed(proceeding, Page(100), by)
    return {(t.decision.subject, type(t.decision.content), t.why.split(" ")[0]) for t in found}


def listed(proceeding: OpenProceeding, page: Page, by: Somebody | None = None) -> list[Touched]:
    return list(
        proceeding.dems.disclosure.look_up.reopened((by or proceeding.officer).actor, proceeding.id, page).found
    )


def sealed(dems: Dems, subject: Subject) -> Evidence:
    with dems.transaction() as tx:
        return tx.evidence.get(EvidenceId(subject.id))


def test_new_material_puts_in_question_what_it_duplicates_and_the_block_that_asks_for_it(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    first, other = proceeding.file(b"the same bytes"), proceeding.file(b"other bytes")
    asks = NewBlock("Recordings", "Phone", "There are too many.", "Of 5 bytes and more", ReviewFilter(min_size=5))
    block = dems.reviewing.block(proceeding.officer.actor, proceeding.id, asks).block.subject
    elsewhere = NewBlock("Tapes", "Archive", "There are too many.", "On the shelf", quantity=9)
    dems.reviewing.block(proceeding.officer.actor, proceeding.id, elsewhere)
    assert questioned(proceeding) == set(), "nothing was decided"
    proceeding.decide(first, RELEVANT, UNUSED, SENSITIVE, FAILS)
    proceeding.decide(other, RELEVANT)
    proceeding.decide(block, RELEVANT, UNUSED, FAILS)
    assert questioned(proceeding) == set()
    proceeding.decide(
        proceeding.file(b"described by itself"), Described("Recording of the corridor at night", "Store A")
    )
    assert questioned(proceeding) == set(), "what has a row of its own is for no block"
    proceeding.file(b"the same bytes")
    proceeding.thing("Z/1")
    again = {(s, k, "New") for s in (first, block) for k in (Relevant, AgainstTest)}
    assert questioned(proceeding) == again
    with dems.transaction() as tx:
        file = whole(tx, proceeding.id, dems.clock())
        broken = check(file, ("REOPENED",))
    assert len(broken) == 4, "nothing is certified until each is decided anew"
    proceeding.decide(first, RELEVANT, FAILS)
    assert questioned(proceeding) == {(block, k, "New") for k in (Relevant, AgainstTest)}


def test_what_derives_from_something_decided_puts_it_in_question(dems: Dems, proceeding: OpenProceeding) -> None:
    first = proceeding.thing("A/1")
    proceeding.decide(first, RELEVANT, UNUSED)
    dems.intake.declare(
        proceeding.officer.actor,
        proceeding.case_id,
        exhibit_ref=ExhibitRef("A/2"),
        description="A cast of it",
        kind=Kind.PHYSICAL,
        derived_from=EvidenceId(first.id),
    )
    assert questioned(proceeding) == {(first, Relevant, "New")}


def test_findings_that_are_others_put_what_was_made_of_them_in_question(dems: Dems, proceeding: OpenProceeding) -> None:
    first, second = proceeding.file(b"a picture"), proceeding.file(b"another")
    record(dems, sealed(dems, first), finding("camera", "A"))
    proceeding.decide(first, RELEVANT, NOT_SENSITIVE)
    record(dems, sealed(dems, first), finding("camera", "A", source="EXIF:Other"))
    record(dems, sealed(dems, second), finding("camera", "B"))
    assert questioned(proceeding) == set(), "it found the same, and of the other nothing was decided"
    names = [finding(name, "x") for name in ("one", "two", "three", "four", "five", "six")]
    record(dems, sealed(dems, first), *names)
    assert questioned(proceeding) == {(first, Relevant, "What"), (first, Sensitive, "What")}
    [one, _] = listed(proceeding, Page(5))
    assert one.why == "What this was found to hold has changed: camera, five, four, one, six and 2 more."
    assert questioned(proceeding, proceeding.uncleared) == {(first, Relevant, "What")}, (
        "of what is not shown nothing is said"
    )
    unread = listed(proceeding, Page(5), proceeding.team.manager)
    assert [t.why for t in unread] == ["What this was found to hold has changed."], "findings are not for everybody"
    [later] = listed(proceeding, Page(5, one.decision.id))
    assert listed(proceeding, Page(1)) == [one]
    assert later.decision.content == NOT_SENSITIVE


def test_a_defence_statement_and_a_corrected_fact_put_in_question_until_taken_back_or_decided_anew(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    first, second = proceeding.thing("A/1"), proceeding.thing("A/2")
    today, manager = When(dems.clock().date()), proceeding.team.manager.actor
    fact = dems.cases.record(manager, proceeding.case_id, [NewFact(ThemeStatus("taser", True, today))]).facts[0]
    asked = [Deciding(UNUSED, [first], "A Taser was used")]
    [rests] = dems.disclosure.decide(proceeding.officer.actor, proceeding.id, asked, rests_on=[fact.id])
    proceeding.decide(second, UNUSED, FAILS)
    statement = Happening(HappeningKind.DEFENCE_STATEMENT, dems.clock().date())
    said = dems.disclosure.happening(proceeding.officer.actor, proceeding.id, statement)
    assert questioned(proceeding) == {(second, AgainstTest, "A")}
    dems.disclosure.happening.take_back(proceeding.officer.actor, proceeding.id, said.id, reason="Another case")
    assert questioned(proceeding) == set()
    wrong = NewFact(ThemeStatus("mental_health", True, today), fact.id, "It was another")
    dems.cases.record(manager, proceeding.case_id, [wrong])
    assert questioned(proceeding) == {(first, Used, "A")}
    [found] = listed(proceeding, Page(5))
    assert found.decision == rests
    assert found.why == (
        "A fact that this rested on was corrected: The theme status that was recorded is another now, or was taken back."
    )
    proceeding.decide(first, UNUSED)
    assert questioned(proceeding) == set()
    with pytest.raises(NotFound):
        dems.disclosure.look_up.reopened(proceeding.team.outsider.actor, proceeding.id, Page(5))


def paged(proceeding: OpenProceeding, looked_through: int, limit: int, by: Somebody) -> list[Touched]:
    """All of it, page by page, of which each looks through so many decisions."""
    look = LookUpDisclosure(proceeding.dems.transaction, proceeding.dems.clock, looked_through)
    found: list[Touched] = []
    after: DecisionId | None = None
    for _ in range(100):
        page = look.reopened(by.actor, proceeding.id, Page(limit, after))
        assert len(page.found) <= limit
        found += page.found
        if page.ahead is None:
            return found
        assert after is None or page.ahead > after
        after = page.ahead
    raise AssertionError("the list has no end")


@pytest.mark.parametrize(("looked_through", "limit"), [(1, 5), (3, 1), (4, 500), (500, 2)])
def test_page_by_page_it_is_what_the_whole_file_says(
    dems: Dems, proceeding: OpenProceeding, looked_through: int, limit: int
) -> None:
    first, second, third = proceeding.file(b"the same bytes"), proceeding.file(b"a picture"), proceeding.thing("A/3")
    record(dems, sealed(dems, second), finding("camera", "A"))
    blocks = []
    for n in range(MOST_BLOCKS + 1):
        asks = NewBlock(f"Recordings {n}", "Phone", "There are too many.", "Small ones", ReviewFilter(min_size=9 + n))
        blocks.append(dems.reviewing.block(proceeding.officer.actor, proceeding.id, asks).block.subject)
    today, manager = When(dems.clock().date()), proceeding.team.manager.actor
    fact = dems.cases.record(manager, proceeding.case_id, [NewFact(ThemeStatus("taser", True, today))]).facts[0]
    asked = [Deciding(UNUSED, [third, blocks[0]], "A Taser was used")]
    dems.disclosure.decide(proceeding.officer.actor, proceeding.id, asked, rests_on=[fact.id])
    for subject in (first, second, third, *blocks):
        proceeding.decide(subject, RELEVANT, *(() if subject in {third, blocks[0]} else (UNUSED,)), SENSITIVE, FAILS)
    proceeding.decide(proceeding.thing("A/4"), FAILS)
    proceeding.file(b"the same bytes")
    record(dems, sealed(dems, second), finding("camera", "B"))
    wrong = NewFact(ThemeStatus("mental_health", True, today), fact.id, "It was another")
    dems.cases.record(manager, proceeding.case_id, [wrong])
    proceeding.decide(blocks[1], RELEVANT)
    dems.disclosure.happening(
        proceeding.officer.actor, proceeding.id, Happening(HappeningKind.DEFENCE_STATEMENT, dems.clock().date())
    )
    for by, held in ((proceeding.officer, frozenset(Clearance)), (proceeding.uncleared, frozenset[Clearance]())):
        with dems.transaction() as tx:
            file = shown_to(tx, whole(tx, proceeding.id, dems.clock()), held)
        expected = {t.decision.id: (t.decision.content, t.cause.at, t.why) for t in in_question(file)}
        found = paged(proceeding, looked_through, limit, by)
        assert [t.decision.id for t in found] == [d.id for d in file.record.decisions if d.id in expected]
        assert {t.decision.id: (t.decision.content, t.cause.at, t.why) for t in found} == expected
    assert len({type(t.cause) for t in paged(proceeding, looked_through, limit, proceeding.officer)}) == 4
