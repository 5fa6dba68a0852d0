"""Nothing is certified over what changed while it was worked out, and nobody waits while it is."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.contents import Described, Relevant
from dems.model.disclosure.forms import Form
from dems.model.disclosure.lists import MaterialList
from dems.model.disclosure.material import Marking, Subject
from dems.model.disclosure.parties import Happening, HappeningKind
from dems.model.disclosure.putting_together import Writing
from dems.model.evidence import Evidence
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId
from dems.steps.shown_schedules import FormShown
from dems.steps.worked_out import AsItWas, as_it_is
from dems.usecases.disclosure.record_placeholder import Placeholder
from dems.usecases.lists.certify_list import CertifyList
from dems.usecases.schedules.certify import CertifySchedule
from tests.conftest import Team
from tests.model.disclosing import SENSITIVE
from tests.officers import PLAIN, Office, once, with_both
from tests.proceedings import BEGAN, ON_THE_EXHIBIT_LIST, OpenProceeding, proceeding_of
from tests.readings import finding, record
from tests.usecases.meanwhile import Meanwhile
from tests.world import World

NOON, DUSK = "Photograph of the custody desk at noon", "Photograph of the custody desk at dusk"


@pytest.fixture
def office(office: Office) -> Office:
    with_both(office)
    return office


def first_of(office: Office, c: UUID) -> Subject:
    row = office.read(c).says["rows"][0]
    return Subject.item(EvidenceId(UUID(row["of"].split(" ")[1])))


def described(office: Office, subject: Subject, words: str) -> Callable[[], object]:
    return lambda: office.proceeding.decide(subject, Described(words, "Store A"))


def certify(office: Office, part: UUID, between: Meanwhile) -> FormShown:
    return CertifySchedule(between, office.proceeding.dems.clock)(office.by.actor, part, once=once())


def frozen(office: Office, part: UUID) -> list[str]:
    with office.proceeding.dems.transaction() as tx:
        return [row["description"] for row in json.loads(tx.schedules.document(part).snapshot.data)["rows"]]


def test_what_is_decided_while_a_certificate_is_worked_out_is_in_it(office: Office) -> None:
    c, _, e = office.drafts()
    between = Meanwhile(office.proceeding.dems, {2: described(office, first_of(office, c), NOON)})
    assert certify(office, e, between).listed.state.value == "certified"
    assert frozen(office, c) == [NOON]
    assert between.begun == 5, "it was worked out again, recorded and read"


def test_where_somebody_is_faster_each_time_it_is_worked_out_while_they_wait(office: Office) -> None:
    c, _, e = office.drafts()
    thing = first_of(office, c)
    done = {2: described(office, thing, NOON), 4: described(office, thing, DUSK)}
    between = Meanwhile(office.proceeding.dems, done)
    assert certify(office, e, between).listed.state.value == "certified"
    assert frozen(office, c) == [DUSK]
    assert between.begun == 6


def test_what_is_broken_meanwhile_is_refused_and_what_is_mended_meanwhile_is_not(office: Office) -> None:
    c, d, _ = office.drafts()
    dems, thing = office.proceeding.dems, first_of(office, c)
    with pytest.raises(DisclosureRulesBroken, match="R05"):
        certify(office, c, Meanwhile(dems, {2: described(office, thing, "x")}))
    assert office.read(c).listed.state.value == "draft"
    between = Meanwhile(dems, {2: described(office, thing, PLAIN)})
    assert certify(office, c, between).listed.state.value == "certified"
    other_words = described(office, first_of(office, d), "Account of somebody who lives upstairs")
    with pytest.raises(DisclosureRulesBroken, match="R12"):
        certify(office, d, Meanwhile(dems, {2: other_words}))


def test_a_list_of_material_is_certified_as_it_is_when_it_is_recorded(proceeding: OpenProceeding) -> None:
    things = [proceeding.thing(f"ABC/{n}") for n in range(1, 4)]
    dems, who = proceeding.dems, proceeding.officer.actor
    proceeding.decide(things[0], *ON_THE_EXHIBIT_LIST)

    def used(which: int) -> Callable[[], object]:
        return lambda: proceeding.decide(things[which], *ON_THE_EXHIBIT_LIST)

    def certified(between: Meanwhile) -> MaterialList:
        return CertifyList(between, dems.clock)(who, proceeding.id, Form.MG12)

    first = certified(Meanwhile(dems, {2: used(1)}))
    assert [row.subject for row in first.rows] == things[:2]
    between = Meanwhile(
        dems,
        {2: used(2), 4: lambda: proceeding.decide(things[2], Described("Custody record of the later list", "Store B"))},
    )
    second = certified(between)
    assert [row.subject for row in second.rows] == things
    assert "later list" in str(second.rows[2].cells)
    assert between.begun == 5


def test_whatever_a_proceeding_rests_on_is_another_once_somebody_changes_it(
    office: Office, world: World, team: Team
) -> None:
    proceeding, dems, who = office.proceeding, office.proceeding.dems, office.by.actor
    c, _, e = office.drafts()
    item: Evidence = world.sealed(proceeding.officer, team.case, b"some bytes")
    other = proceeding_of(world, team)
    thing = first_of(office, c)

    def elsewhere() -> object:
        said = Placeholder(
            ExhibitRef("SRC/1"), "An account", "Another force", "Its store", Marking.OFFICIAL, None, restricted=True
        )
        return dems.disclosure.placeholder(other.officer.actor, other.id, said)

    acts: list[Callable[[], object]] = [
        lambda: office.certify(c),
        lambda: office.acts.void(who, c, reason="Too early"),
        described(office, thing, NOON),
        lambda: proceeding.decide(thing, SENSITIVE),
        lambda: proceeding.decide(thing, Relevant(relevant=False)),
        lambda: proceeding.thing("NEW/1"),
        lambda: record(dems, item, finding("camera", "A")),
        lambda: dems.disclosure.happening(who, proceeding.id, Happening(HappeningKind.CHARGED, BEGAN)),
        lambda: proceeding.member("reviewing_lawyer"),
        elsewhere,
        lambda: office.acts.write_report(who, e, Writing(note="A note"), if_tag=office.read(e).tag or 0),
    ]

    def now() -> AsItWas:
        with dems.transaction() as tx:
            return as_it_is(tx, proceeding.id, proceeding.case_id, dems.clock())

    assert now() == now()
    for number, act in enumerate(acts):
        before = now()
        act()
        assert now() != before, number
