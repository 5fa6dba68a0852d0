"""Decisions about items, many at once: each recorded, by whom, in which chain, and what is refused with nothing half done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import DisclosureRulesBroken, Invalid, NotFound, WrongState
from dems.model.actors import Actor, ActorKind
from dems.model.custody import ChainOf, of_item, of_proceeding, restricted_of
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Handled,
    Handling,
    NeedsClearance,
    Pii,
    PiiKind,
    PiiOutcome,
    PiiStage,
    Relevant,
    Result,
    Used,
)
from dems.model.disclosure.material import Marking, NeverStored, Subject
from dems.model.exhibits import ExhibitRef
from dems.model.ids import DecisionId, EvidenceId, FactId, new_id
from dems.model.life.contents import ThemeStatus
from dems.model.life.saying import NewFact
from dems.model.life.when import When
from dems.model.people import CaseRole, Clearance
from dems.ports import Once, Page
from dems.ports.disclosure import DecisionFilter
from dems.usecases.disclosure.decide import MOST_AT_ONCE, MOST_FACTS, Deciding
from dems.usecases.disclosure.record_placeholder import Placeholder
from tests.conftest import Time
from tests.model.disclosing import NOT_SENSITIVE, SENSITIVE, item
from tests.proceedings import OpenProceeding
from tests.world import Somebody

RELEVANT, IRRELEVANT, UNUSED = Relevant(relevant=True), Relevant(relevant=False), Used(used=False)


def details(dems: Dems, chain: ChainOf) -> list[bytes]:
    with dems.transaction() as tx:
        return [row.detail or b"" for row in tx.custody.chain(chain, Page(100))]


def listed(
    proceeding: OpenProceeding, by: Somebody, wanted: DecisionFilter | None = None
) -> list[tuple[Subject, Content]]:
    found = proceeding.dems.disclosure.look_up.decisions(by.actor, proceeding.id, Page(100), wanted or DecisionFilter())
    return [(k.decision.subject, k.decision.content) for k in found]


def test_each_of_many_has_a_decision_of_its_own_by_whoever_fits_and_in_the_chain(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    one, two = proceeding.thing("A/1"), proceeding.thing("A/2")
    length = len(details(dems, of_item(EvidenceId(one.id))))
    fact = dems.cases.record(
        proceeding.team.manager.actor,
        proceeding.case_id,
        [NewFact(ThemeStatus("taser", True, When(dems.clock().date())))],
    ).facts[0]
    asked = [Deciding(RELEVANT, [one, two], "Seen on the night"), Deciding(Used(used=True), [one], "It is exhibited")]
    once = Once(uuid4().bytes * 2, b"f" * 32)
    made = dems.disclosure.decide(proceeding.officer.actor, proceeding.id, asked, rests_on=[fact.id], once=once)
    again = dems.disclosure.decide(proceeding.officer.actor, proceeding.id, asked, rests_on=[fact.id], once=once)
    assert again == made
    assert [(d.subject, d.content, d.reason) for d in made] == [
        (one, RELEVANT, "Seen on the night"),
        (two, RELEVANT, "Seen on the night"),
        (one, Used(used=True), "It is exhibited"),
    ]
    assert {(d.by.person, d.by.role) for d in made} == {(proceeding.officer.person.id, CaseRole.DISCLOSURE_OFFICER)}
    found = dems.disclosure.look_up.decisions(proceeding.uncleared.actor, proceeding.id, Page(10), DecisionFilter())
    assert [(k.decision, k.rests_on) for k in found] == [(d, (fact.id,)) for d in made]
    _, entry = details(dems, of_proceeding(proceeding.id))
    assert all(str(d.id).encode() in entry for d in made)
    assert str(fact.id).encode() in entry
    assert len(details(dems, of_item(EvidenceId(one.id)))) == length, "its own chain never says what was decided"


def test_what_is_said_alike_of_many_comes_back_in_its_order_with_what_it_replaces(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    things = [proceeding.thing(f"A/{n}") for n in range(20)]
    words = [Described(f"Photograph {n} of the custody desk", "Store A") for n in range(3)]
    mixed = [
        Deciding(RELEVANT, things, "Seen on the night"),
        *(Deciding(w, [t], "So") for w, t in zip(words, things[:3], strict=True)),
    ]
    first = dems.disclosure.decide(proceeding.officer.actor, proceeding.id, mixed)
    replaces = {d.subject.id: d.id for d in first[:20]}
    anew = [Deciding(IRRELEVANT, things[::-1], "It was another night", replaces)]
    second = dems.disclosure.decide(proceeding.officer.actor, proceeding.id, anew)
    assert [d.replaces for d in second] == [replaces[t.id] for t in things[::-1]]
    with dems.transaction() as tx:
        assert tx.disclosure.decisions(proceeding.id) == [*first, *second]
        assert tx.disclosure.decided(proceeding.id) == 43
    entries = details(dems, of_proceeding(proceeding.id))[1:]
    assert len(entries) == 2, "many share an entry"
    assert all(str(d.id).encode() in entries[0] for d in first)
    assert all(str(d.replaces).encode() in entries[1] for d in second)


def test_what_stands_is_named_to_be_replaced_or_nothing_is_done_and_every_row_is_named(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    one, two, three = (proceeding.thing(f"A/{n}") for n in (1, 2, 3))
    [first] = proceeding.decide(one, RELEVANT)
    [second] = proceeding.decide(two, RELEVANT)
    decide = dems.disclosure.decide
    with pytest.raises(WrongState) as refused:
        decide(
            proceeding.officer.actor, proceeding.id, [Deciding(IRRELEVANT, [three, two, one], "So", {one.id: second})]
        )
    found = refused.value.data["problems"]
    assert [(p["rule"], p["row"], p["position"], p["decides"], p["stands"]) for p in found] == [
        ("superseded", two.key, 1, "relevance", str(second)),
        ("superseded", one.key, 2, "relevance", str(first)),
    ]
    stranger = Subject.item(EvidenceId(new_id()))
    with pytest.raises(DisclosureRulesBroken) as broken:
        decide(proceeding.officer.actor, proceeding.id, [Deciding(IRRELEVANT, [three, stranger], "So")])
    [problem] = broken.value.data["problems"]
    assert (problem["rule"], problem["row"], problem["position"]) == ("R57", stranger.key, 1)
    assert (problem["source"], problem["place"]) == (
        "A choice of DEMS",
        {"kind": "item", "key": str(stranger.id)},
    )
    assert listed(proceeding, proceeding.officer) == [(one, RELEVANT), (two, RELEVANT)]
    [now] = decide(proceeding.officer.actor, proceeding.id, [Deciding(IRRELEVANT, [one], "So", {one.id: first})])
    assert now.replaces == first
    standing = DecisionFilter(kind="relevance", standing=True)
    assert listed(proceeding, proceeding.officer, standing) == [(two, RELEVANT), (one, IRRELEVANT)]
    assert listed(proceeding, proceeding.officer, DecisionFilter(subject=two.id)) == [(two, RELEVANT)]


def test_who_may_not_decide_is_told_the_rule_and_its_source(dems: Dems, proceeding: OpenProceeding, time: Time) -> None:
    one = proceeding.thing("A/1")
    manager, investigator = proceeding.team.manager, proceeding.team.investigator
    for who, content, role in (
        (manager, RELEVANT, None),
        (investigator, AgainstTest(Result.MEETS), None),
        (investigator, RELEVANT, CaseRole.DISCLOSURE_OFFICER),
        (proceeding.uncleared, SENSITIVE, None),
    ):
        with pytest.raises(DisclosureRulesBroken) as refused:
            dems.disclosure.decide(who.actor, proceeding.id, [Deciding(content, [one], "So")], role=role)
        assert {p["rule"] for p in refused.value.data["problems"]} == {"R03"}
        assert refused.value.source is not None
    with pytest.raises(NotFound):
        dems.disclosure.decide(proceeding.team.outsider.actor, proceeding.id, [Deciding(RELEVANT, [one], "So")])
    proceeding.decide(one, RELEVANT, by=investigator)
    # Of somebody for whom a service acts, no clearance counts that the service lacks.
    robot = proceeding.member("disclosure_officer")
    service = Actor(ActorKind.SERVICE, robot.person.name, robot.person, proceeding.officer.person)
    with pytest.raises(DisclosureRulesBroken, match="clearance sensitive"):
        dems.disclosure.decide(service, proceeding.id, [Deciding(NOT_SENSITIVE, [one], "So")])
    dems.cases.end_member(manager.actor, proceeding.case_id, proceeding.deputy.person.id)
    time.ahead += timedelta(days=1)
    with pytest.raises(NotFound):
        dems.disclosure.decide(proceeding.deputy.actor, proceeding.id, [Deciding(RELEVANT, [one], "So")])


def test_what_can_never_be_decided_together_is_refused_before_anything_is_looked_at(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    many = [item(n) for n in range(MOST_AT_ONCE + 1)]
    once, twice = Deciding(RELEVANT, many[:1], "So"), Deciding(IRRELEVANT, many[:1], "So")
    other = Deciding(RELEVANT, many[:1], "So", {many[1].id: DecisionId(new_id())})
    wrong: list[tuple[list[Deciding], list[FactId], str]] = [
        ([], [], "1 to 10000 subjects"),
        ([Deciding(RELEVANT, many, "So")], [], "1 to 10000 subjects"),
        ([once, twice], [], "decided twice"),
        ([other], [], "leave it out of `replaces`"),
        ([once], [FactId(new_id())], "facts of its own case"),
        ([once], [FactId(new_id()) for _ in range(MOST_FACTS + 1)], "at most 50 facts"),
    ]
    for deciding, facts, words in wrong:
        with pytest.raises(Invalid, match=words):
            dems.disclosure.decide(proceeding.officer.actor, proceeding.id, deciding, rests_on=facts)


def _pii(kind: PiiKind) -> Pii:
    return Pii(kind, PiiStage.ORDERED, "A source", "They would be found", "", "PII/1", PiiOutcome.WITHHOLD)


def test_whoever_lacks_a_clearance_finds_nothing_of_what_needs_it_in_lists_and_chains(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    one = proceeding.thing("A/1")
    proceeding.decide(one, RELEVANT, SENSITIVE, _pii(PiiKind.NOTICE_WITH_CATEGORY), _pii(PiiKind.WITHOUT_NOTICE))
    proceeding.decide(one, Handled(Handling.WITHHELD, "PII/1"), NeedsClearance(Clearance.PII))
    proceeding.decide(one, _pii(PiiKind.NOTICE_WITHOUT_CATEGORY), Handled(Handling.DISCLOSED))
    plain = [(one, RELEVANT), (one, Handled(Handling.DISCLOSED))]
    some = [(one, RELEVANT), (one, SENSITIVE), (one, _pii(PiiKind.NOTICE_WITH_CATEGORY))]
    some += [(one, _pii(PiiKind.NOTICE_WITHOUT_CATEGORY)), (one, Handled(Handling.DISCLOSED))]
    assert listed(proceeding, proceeding.uncleared) == plain
    assert listed(proceeding, proceeding.uncleared, DecisionFilter(standing=True)) == plain
    assert listed(proceeding, proceeding.without_pii) == some
    assert len(listed(proceeding, proceeding.officer)) == 8
    for reader, hidden in ((proceeding.uncleared, 6), (proceeding.without_pii, 3)):
        found = dems.disclosure.look_up.decisions(reader.actor, proceeding.id, Page(100), DecisionFilter())
        shown = {k.decision.id for k in found}
        assert {k.decision.replaces for k in found} - {None} <= shown
        assert len(shown) == 8 - hidden
    told, kept = details(dems, of_proceeding(proceeding.id)), details(dems, restricted_of(proceeding.id))
    assert (len(told), len(kept)) == (1 + 2, 6)
    assert all(b"PII/1" not in d and b"sensitiv" not in d for d in told)
    read = dems.disclosure.look_up.chain
    assert [r.detail for r in read(proceeding.uncleared.actor, proceeding.id, Page(100), restricted=False)] == told
    assert [r.detail for r in read(proceeding.officer.actor, proceeding.id, Page(100), restricted=True)] == kept
    for reader in (proceeding.uncleared, proceeding.without_pii, proceeding.team.investigator):
        with pytest.raises(DisclosureRulesBroken, match="does not hold the clearance"):
            read(reader.actor, proceeding.id, Page(100), restricted=True)
    with pytest.raises(NotFound):
        read(proceeding.team.outsider.actor, proceeding.id, Page(100), restricted=True)
    with dems.transaction() as tx:
        of_case = tx.custody.of_case(proceeding.case_id, Page(500))
    assert not [row for row in of_case if b"PII/1" in (row.detail or b"")], "no list of the case has a restricted entry"


def test_a_placeholder_that_is_restricted_is_nothing_to_whoever_lacks_the_clearance(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    secret = Placeholder(ExhibitRef("S/1"), "An account", "A", "B", Marking.SECRET, NeverStored.CHIS, restricted=True)
    subject = Subject.item(dems.disclosure.placeholder(proceeding.officer.actor, proceeding.id, secret).id)
    proceeding.decide(subject, RELEVANT)
    messages = []
    for wanted in (subject, Subject.item(EvidenceId(new_id()))):
        with pytest.raises(DisclosureRulesBroken) as refused:
            dems.disclosure.decide(proceeding.uncleared.actor, proceeding.id, [Deciding(UNUSED, [wanted], "So")])
        messages.append([(p["rule"], p["message"]) for p in refused.value.data["problems"]])
    assert (
        messages[0] == messages[1] == [("R57", "This is about nothing of this case: name one of its items or blocks.")]
    )
    assert listed(proceeding, proceeding.uncleared) == []
    assert listed(proceeding, proceeding.without_pii) == [(subject, RELEVANT)]
    assert len(details(dems, of_proceeding(proceeding.id))) == 1
    assert len(details(dems, restricted_of(proceeding.id))) == 2


def test_of_ten_who_decide_about_one_item_at_once_one_is_heard(dems: Dems, proceeding: OpenProceeding) -> None:
    one = proceeding.thing("A/1")
    [before] = proceeding.decide(one, RELEVANT)

    def decides(number: int) -> str:
        asked = [Deciding(IRRELEVANT, [one], f"Person {number} says so", {one.id: before})]
        try:
            [made] = dems.disclosure.decide(proceeding.officer.actor, proceeding.id, asked)
        except WrongState as refused:
            return str(refused.data["problems"][0]["stands"])
        return str(made.id)

    with ThreadPoolExecutor(10) as threads:
        outcomes = list(threads.map(decides, range(10)))
    assert len(set(outcomes)) == 1, "nine are told of the one that was"
    with dems.transaction() as tx:
        first, last = tx.disclosure.decisions(proceeding.id)
    assert (str(last.id), last.replaces, first.id) == (outcomes[0], before, before)
    assert len(details(dems, of_proceeding(proceeding.id))) == 3
