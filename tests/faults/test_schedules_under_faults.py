"""What is done with schedules by refused, answer lost, crash: all of it is there or nothing, and asking again with its key ends it."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from dems.model.custody import of_proceeding, restricted_of
from dems.model.disclosure.forms import Form
from dems.model.disclosure.putting_together import Writing
from dems.model.disclosure.redescribing import Redescribed
from dems.model.disclosure.schedules import ScheduleState
from dems.ports import Once, Transactions
from dems.steps.shown_schedules import FormListed
from dems.usecases.lists.certify_list import CertifyList
from dems.usecases.schedules.certify import CertifySchedule
from dems.usecases.schedules.describe_rows import DescribeRows
from dems.usecases.schedules.prepare import PrepareSchedule
from dems.usecases.schedules.submit import SubmitSet
from dems.usecases.schedules.void import VoidCertificate
from dems.usecases.schedules.write_report import WriteReport
from tests.conftest import Team
from tests.faults.befalling import Act, befall
from tests.faults.faults import Fault
from tests.model.disclosing import SENSITIVE
from tests.officers import ALL, NOTHING_MEETS_IT, Office
from tests.proceedings import ON_THE_EXHIBIT_LIST, proceeding_of
from tests.world import World


@pytest.fixture
def office(world: World, team: Team) -> Office:
    proceeding = proceeding_of(world, team)
    proceeding.ready(proceeding.thing("ABC/1"), "Photograph of the custody desk on the night")
    proceeding.ready(proceeding.thing("ABC/2"), "Account that a neighbour gave in secret", SENSITIVE)
    proceeding.decide(proceeding.thing("ABC/3"), *ON_THE_EXHIBIT_LIST)
    return Office(proceeding)


def kept(office: Office) -> tuple[object, ...]:
    """All that there is of the schedules of a proceeding, and how long its chains are."""
    proceeding = office.proceeding.id
    with office.proceeding.dems.transaction() as tx:
        return (
            tx.schedules.preparation(proceeding),
            [(f.id, f.digest) for f in tx.schedules.forms(proceeding)],
            dict(tx.schedules.states(proceeding)),
            tx.schedules.set_digests(proceeding),
            [a.kind for a in tx.schedules.answers(proceeding)],
            tx.disclosure.decided(proceeding),
            [len(tx.custody.chain(f(proceeding), ALL)) for f in (of_proceeding, restricted_of)],
        )


def test_every_act_is_done_whole_or_not_at_all_and_once(office: Office, fallible: Engine) -> None:
    """One proceeding on its way from its first draft to a submission, each step with another of the four faults first."""
    clock, who, proceeding = office.proceeding.dems.clock, office.by.actor, office.proceeding.id
    ids: dict[str, UUID] = {}

    def certify(name: str) -> Act:
        return lambda tx, once: CertifySchedule(tx, clock)(who, ids[name], once=once)

    def prepare(form: Form, writing: Writing | None = None) -> Act:
        return lambda tx, once: PrepareSchedule(tx, clock)(who, proceeding, form, writing=writing, once=once)

    def describe(tx: Transactions, _: Once) -> object:
        rows, tag = [Redescribed(1, location="Store B")], office.read(ids["MG6C"]).tag or 0
        return DescribeRows(tx, clock)(who, ids["MG6C"], rows, reason="It moved.", if_tag=tag)

    def write(tx: Transactions, _: Once) -> object:
        tag = office.read(ids["MG6E"]).tag or 0
        return WriteReport(tx, clock)(who, ids["MG6E"], Writing(note="A note"), if_tag=tag)

    def void(tx: Transactions, once: Once) -> object:
        return VoidCertificate(tx, clock)(who, ids["MG6C"], reason="Too early", once=once)

    def submit(tx: Transactions, once: Once) -> object:
        return SubmitSet(tx, clock)(who, proceeding, [ids[f] for f in ("MG6C", "MG6D", "MG6E")], once=once)

    def exhibits(tx: Transactions, once: Once) -> object:
        return CertifyList(tx, clock)(who, proceeding, Form.MG12, once=once)

    way: list[tuple[str, Act, Fault]] = [
        ("PrepareSchedule.__call__", prepare(Form.MG6C), Fault.REFUSED),
        ("PrepareSchedule.__call__", prepare(Form.MG6D), Fault.ANSWER_LOST),
        ("PrepareSchedule.__call__", prepare(Form.MG6E, NOTHING_MEETS_IT), Fault.CRASH_AFTER),
        ("DescribeRows.__call__", describe, Fault.REFUSED),
        ("WriteReport.__call__", write, Fault.CRASH_BEFORE),
        ("CertifySchedule._recorded", certify("MG6C"), Fault.ANSWER_LOST),
        ("VoidCertificate.__call__", void, Fault.CRASH_AFTER),
        ("PrepareSchedule.__call__", prepare(Form.MG6C), Fault.CRASH_BEFORE),
        ("CertifySchedule._recorded", certify("MG6E"), Fault.REFUSED),
        ("SubmitSet.__call__", submit, Fault.CRASH_AFTER),
        ("CertifyList._recorded", exhibits, Fault.ANSWER_LOST),
        ("CertifyList._recorded", exhibits, Fault.CRASH_BEFORE),
    ]
    for name, act, fault in way:
        befallen = befall(name, act, fault, fallible, clock, lambda: kept(office))
        act(office.proceeding.dems.transaction, befallen.key)
        assert kept(office) != befallen.before
        ids |= {f.form.value: f.id for f in _there(office)}
    lists = office.proceeding.dems.lists.look_up.page(who, proceeding, ALL)
    assert [one.name for one in lists] == ["MG12, version 1", "MG12, version 2"]
    assert [(f.name, f.state.value) for f in _there(office)] == [
        ("MG6D 1.0", "submitted"),
        ("MG6E", "submitted"),
        ("MG6C 1.1", "submitted"),
    ]


def _there(office: Office) -> list[FormListed]:
    """What was not given up."""
    found = office.acts.look_up.page(office.by.actor, office.proceeding.id, ALL)
    return [f for f in found if f.state is not ScheduleState.VOID]
