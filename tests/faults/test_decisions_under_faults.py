"""What disclosure rests on by refused, answer lost, crash: all of an act is there or nothing, and asking again with its key ends it."""

from sqlalchemy import Engine

from dems.model.custody import of_item, of_proceeding, restricted_of
from dems.model.disclosure.contents import Relevant, Used
from dems.model.disclosure.material import Marking, Subject
from dems.model.disclosure.parties import Happening, HappeningKind, PartyTo, Position
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId
from dems.ports import Once, Page, Transactions
from dems.usecases.disclosure.decide import DecideMany, Deciding
from dems.usecases.disclosure.open_disclosure import OpenDisclosure
from dems.usecases.disclosure.record_happening import RecordHappening
from dems.usecases.disclosure.record_particulars import Particular, RecordParticulars
from dems.usecases.disclosure.record_placeholder import Placeholder, RecordPlaceholder
from tests.conftest import Team
from tests.faults.befalling import Act, befall
from tests.faults.faults import Fault
from tests.proceedings import BEGAN, OpenProceeding, proceeding_of
from tests.world import World


def kept(case: OpenProceeding, thing: Subject) -> tuple[object, ...]:
    """All that disclosure rests on in a proceeding, and how long its chains are and that of a thing."""
    item, most = EvidenceId(thing.id), Page(500)
    with case.dems.transaction() as tx:
        return (
            tx.disclosure.openings(case.id),
            tx.disclosure.decisions(case.id),
            tx.disclosure.happenings(case.id),
            tx.material.elsewhere(case.case_id, most, restricted=True),
            tx.material.particulars(item),
            [len(tx.custody.chain(c, most)) for c in (of_proceeding(case.id), restricted_of(case.id), of_item(item))],
        )


def test_every_act_is_done_whole_or_not_at_all_and_once(world: World, team: Team, fallible: Engine) -> None:
    case = proceeding_of(world, team)
    clock, who = case.dems.clock, case.officer.actor
    things = [case.thing(f"A/{n}") for n in range(20)]
    moss = PartyTo(case.party, Position.SUSPECT, "Moss")
    charged = Happening(HappeningKind.CHARGED, BEGAN)
    secret = Placeholder(ExhibitRef("S/1"), "An account", "A", "B", Marking.SECRET, None, restricted=True)

    def again(tx: Transactions, once: Once) -> object:
        began = BEGAN.replace(day=2)
        opens = OpenDisclosure(tx, clock)
        return opens(who, case.id, investigation_began=began, parties=[moss], reason="x", if_version=1, once=once)

    def decide(tx: Transactions, once: Once) -> object:
        asked = [Deciding(Relevant(relevant=True), things, "x"), Deciding(Used(used=False), things[:2], "x")]
        return DecideMany(tx, clock)(who, case.id, asked, once=once)

    def take_back(tx: Transactions, once: Once) -> object:
        [wrong] = case.dems.disclosure.look_up.happenings(who, case.id, Page(1))
        return RecordHappening(tx, clock).take_back(who, case.id, wrong.id, reason="x", once=once)

    way: list[tuple[str, Act, Fault]] = [
        ("OpenDisclosure.__call__", again, Fault.ANSWER_LOST),
        ("DecideMany.__call__", decide, Fault.CRASH_AFTER),
        ("RecordHappening._recorded", lambda tx, o: RecordHappening(tx, clock)(who, case.id, charged, once=o), Fault.REFUSED),
        ("RecordHappening._recorded", take_back, Fault.ANSWER_LOST),
        ("RecordPlaceholder.__call__", lambda tx, o: RecordPlaceholder(tx, clock)(who, case.id, secret, once=o), Fault.CRASH_BEFORE),
        (
            "RecordParticulars.__call__",
            lambda tx, o: RecordParticulars(tx, clock)(who, EvidenceId(things[0].id), Particular(), reason="x", once=o),
            Fault.CRASH_AFTER,
        ),
    ]  # fmt: skip
    for name, act, fault in way:
        befallen = befall(name, act, fault, fallible, clock, lambda: kept(case, things[0]))
        act(case.dems.transaction, befallen.key)
        assert (kept(case, things[0]) == befallen.after) is not fault.before, "with its key it is done once"
