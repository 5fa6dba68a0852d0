"""Details are destroyed by two people, and everything that reads them copes."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import Invalid, NotFound, NotPermitted, SecondPersonNeeded, WrongState
from dems.ledger.entry import Entry, verify_chain
from dems.model.actors import ActorKind, system
from dems.model.acts import Act
from dems.model.approvals import LASTS, Approval, ApprovalState
from dems.model.evidence import Evidence
from dems.model.ids import ApprovalId, EntryId
from dems.ports import CustodyRow, Once, Page
from tests.conftest import Team, Time
from tests.world import Somebody, World

ORDER = "Order of the High Court of 3 March 2026, paragraph 4"
ALL = Page(500)


@pytest.fixture
def item(world: World, team: Team) -> Evidence:
    return world.sealed(team.investigator, team.case, b"abc")


@pytest.fixture
def auditor(world: World) -> Somebody:
    return world.somebody("auditor")


def chain(dems: Dems, who: Somebody, item: Evidence) -> list[CustodyRow]:
    return dems.custody.read.item(who.actor, item.id, ALL)


def said(row: CustodyRow) -> dict[str, Any]:
    assert row.detail is not None
    detail: dict[str, Any] = json.loads(row.detail)
    return detail


def ask(dems: Dems, who: Somebody, row: CustodyRow) -> Approval:
    return dems.approvals.ask(who.actor, Act.DETAIL_DESTROY, row.id, reason=ORDER)


def destroyed(dems: Dems, team: Team, auditor: Somebody, row: CustodyRow) -> Approval:
    return dems.approvals.confirm(team.manager.actor, ask(dems, auditor, row).id)


def test_a_detail_is_destroyed_by_two_people_and_its_chain_tells_of_both(
    dems: Dems, team: Team, item: Evidence, auditor: Somebody
) -> None:
    before = chain(dems, team.manager, item)
    approval = ask(dems, auditor, before[1])
    assert approval.state(dems.clock()) is ApprovalState.WAITING
    asked = chain(dems, team.manager, item)
    assert asked[1] == before[1], "asking destroys nothing"
    told = said(asked[-1])
    assert (told["act"], told["reason"], told["actor"]["person"]["id"]) == (
        "approval.ask",
        ORDER,
        str(auditor.person.id),
    )
    assert told["facts"] == {
        "approval": str(approval.id),
        "entry": str(before[1].id),
        "for": "custody.destroy_detail",
        "leaf_hash": before[1].leaf_hash.hex(),
        "seq": 2,
        "until": told["facts"]["until"],
    }

    done = dems.approvals.confirm(team.manager.actor, approval.id)
    assert (done.confirmed_by, done.confirmed_name) == (team.manager.person.id, team.manager.person.name)
    after = chain(dems, team.manager, item)
    gone = after[1]
    assert (gone.nonce, gone.detail) == (None, None)
    assert (gone.leaf, gone.leaf_hash, gone.seq) == (before[1].leaf, before[1].leaf_hash, 2)
    assert gone.destroyed is not None
    assert (gone.destroyed.asked_by, gone.destroyed.confirmed_by) == (auditor.person.name, team.manager.person.name)
    assert (gone.destroyed.approval_id, gone.destroyed.at) == (approval.id, done.confirmed_at)
    told = said(after[-1])
    assert (told["act"], told["s62"], told["reason"]) == ("custody.destroy_detail", "erasure", ORDER)
    assert told["actor"]["person"]["id"] == str(team.manager.person.id)
    assert told["facts"]["asked_by"] == {"id": str(auditor.person.id), "name": auditor.person.name}
    assert [r.detail for i, r in enumerate(after[:-1]) if i != 1] == [r.detail for i, r in enumerate(asked) if i != 1]

    # The chain holds without it, and the entry is in its place in every list.
    verify_chain([Entry(r.leaf, r.nonce, r.detail) for r in after])
    assert dems.custody.read.entry(team.manager.actor, EntryId(gone.id)) == gone
    whole = dems.custody.read.case(team.manager.actor, team.case.id, ALL)
    assert gone in whole
    pages, page = [], Page(1)
    while found := dems.custody.read.case(team.manager.actor, team.case.id, page):
        pages += found
        page = Page(1, found[-1].id)
    assert [r.id for r in pages] == [r.id for r in whole]
    assert dems.evidence.receipt(team.manager.actor, item.id).entries, "what is left of the way in is still told"


def test_the_entry_of_a_case_is_treated_like_that_of_an_item(dems: Dems, team: Team, auditor: Somebody) -> None:
    opening = dems.custody.read.case(team.manager.actor, team.case.id, Page(1))[0]
    destroyed(dems, team, auditor, opening)
    first, *_, last = dems.custody.read.case(team.manager.actor, team.case.id, ALL)
    assert (first.id, first.detail, first.chain_id) == (opening.id, None, last.chain_id)
    assert said(last)["evidence"] is None


def test_nobody_does_both(dems: Dems, team: Team, world: World, item: Evidence) -> None:
    both = world.somebody("auditor", "case_manager")
    row = chain(dems, team.manager, item)[0]
    approval = ask(dems, both, row)
    with pytest.raises(SecondPersonNeeded):
        dems.approvals.confirm(both.actor, approval.id)
    # Nor by way of a service that acts for the one who asked.
    service = world.somebody("integration", service=True)
    with pytest.raises((NotPermitted, SecondPersonNeeded)):
        dems.approvals.confirm(replace(service.actor, on_behalf_of=both.person), approval.id)
    assert chain(dems, team.manager, item)[0].detail is not None


def test_whoever_issued_a_token_does_not_agree_with_it_to_what_they_asked_for(
    dems: Dems, team: Team, world: World, item: Evidence
) -> None:
    asker = world.somebody("auditor", "administrator")
    row = chain(dems, team.manager, item)[0]
    approval = ask(dems, asker, row)
    _, kept = dems.people.issue_token(asker.actor, team.manager.person.id, lasts=timedelta(days=1))
    theirs, of_others = (
        dems.people.recognise(token, on_behalf_of=None, request_id=None) for token in (kept, team.manager.token)
    )
    with pytest.raises(SecondPersonNeeded, match="issued by the person who asked"):
        dems.approvals.confirm(theirs, approval.id)
    assert chain(dems, team.manager, item)[0].detail is not None
    assert dems.approvals.confirm(of_others, approval.id).confirmed_by == team.manager.person.id


def test_a_service_is_neither_of_the_two_whoever_it_names(
    dems: Dems, team: Team, world: World, item: Evidence, auditor: Somebody
) -> None:
    """Nor where it holds the role: whoever has its token would ask in one name and agree in another."""
    row = chain(dems, team.manager, item)[0]
    service = world.somebody("auditor", "integration", service=True)
    asks, agrees = (
        replace(service.actor, kind=ActorKind.SERVICE, on_behalf_of=one.person) for one in (auditor, team.manager)
    )
    with pytest.raises(NotPermitted, match="each signed in as themselves"):
        dems.approvals.ask(asks, Act.DETAIL_DESTROY, row.id, reason=ORDER)
    approval = ask(dems, auditor, row)
    with pytest.raises(NotPermitted, match="each signed in as themselves"):
        dems.approvals.confirm(agrees, approval.id)
    assert chain(dems, team.manager, item)[0].detail is not None


def test_both_hold_the_role_when_it_is_done(
    dems: Dems, team: Team, world: World, item: Evidence, auditor: Somebody
) -> None:
    row = chain(dems, team.manager, item)[0]
    for who in (team.investigator, world.somebody("administrator")):
        with pytest.raises(NotPermitted):
            ask(dems, who, row)
    with pytest.raises(NotFound):
        ask(dems, team.outsider, row)
    approval = ask(dems, auditor, row)
    with pytest.raises(NotPermitted):
        dems.approvals.confirm(team.investigator.actor, approval.id)
    with pytest.raises(NotFound):
        dems.approvals.confirm(team.outsider.actor, approval.id)
    # A wall was raised around whoever asked, or their role has ended.
    dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=auditor.person.id, reason="kin")
    with pytest.raises(WrongState, match="may no longer"):
        dems.approvals.confirm(team.manager.actor, approval.id)
    assert chain(dems, team.manager, item)[0].detail is not None


def test_the_installation_neither_asks_nor_agrees(dems: Dems, team: Team, item: Evidence, auditor: Somebody) -> None:
    row = chain(dems, team.manager, item)[0]
    with pytest.raises(NotPermitted, match="installation"):
        dems.approvals.ask(system(), Act.DETAIL_DESTROY, row.id, reason=ORDER)
    approval = ask(dems, auditor, row)
    with pytest.raises(NotPermitted, match="installation"):
        dems.approvals.confirm(system(), approval.id)


def test_whoever_agrees_too_late_destroys_nothing(
    dems: Dems, team: Team, item: Evidence, auditor: Somebody, time: Time
) -> None:
    row = chain(dems, team.manager, item)[0]
    approval = ask(dems, auditor, row)
    time.ahead += LASTS + timedelta(seconds=1)
    with pytest.raises(WrongState, match="anew"):
        dems.approvals.confirm(team.manager.actor, approval.id)
    assert (
        dems.approvals.look_up.one(team.manager.actor, approval.id).state(dems.approvals.look_up.now())
        is ApprovalState.EXPIRED
    )
    again = ask(dems, auditor, row)
    assert dems.approvals.confirm(team.manager.actor, again.id).confirmed_at is not None


def test_agreeing_again_says_the_same_and_does_nothing_more(
    dems: Dems, team: Team, world: World, item: Evidence, auditor: Somebody
) -> None:
    row = chain(dems, team.manager, item)[0]
    done = destroyed(dems, team, auditor, row)
    entries = len(chain(dems, team.manager, item))
    assert dems.approvals.confirm(team.manager.actor, done.id) == done
    with pytest.raises(WrongState, match="it is done"):
        dems.approvals.confirm(world.somebody("auditor").actor, done.id)
    with pytest.raises(WrongState, match="destroyed before"):
        ask(dems, auditor, row)
    assert len(chain(dems, team.manager, item)) == entries


def test_one_matter_waits_once(dems: Dems, team: Team, world: World, item: Evidence, auditor: Somebody) -> None:
    row = chain(dems, team.manager, item)[0]
    once = Once(uuid4().bytes, b"x" * 32)
    first = dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, row.id, reason=ORDER, once=once)
    assert dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, row.id, reason=ORDER, once=once) == first
    with pytest.raises(WrongState, match="waits for a second person") as refused:
        ask(dems, world.somebody("auditor"), row)
    assert refused.value.data["approval"] == str(first.id)
    assert dems.approvals.look_up.page(auditor.actor, team.case.id, ALL) == [first]
    assert dems.approvals.look_up.page(auditor.actor, team.case.id, Page(1, first.id)) == []


def test_what_tells_of_a_destruction_is_not_destroyed(
    dems: Dems, team: Team, item: Evidence, auditor: Somebody
) -> None:
    destroyed(dems, team, auditor, chain(dems, team.manager, item)[0])
    *_, asked, done = chain(dems, team.manager, item)
    for row in (asked, done):
        with pytest.raises(WrongState, match="stays"):
            ask(dems, auditor, row)


def test_only_entries_of_cases_and_only_acts_that_need_two_are_asked_for(
    dems: Dems, team: Team, item: Evidence, world: World, auditor: Somebody
) -> None:
    row = chain(dems, team.manager, item)[0]
    with pytest.raises(Invalid, match=r"custody\.destroy_detail"):
        dems.approvals.ask(auditor.actor, Act.CASE_CLOSE, row.id, reason=ORDER)
    about_a_person = dems.custody.read.person(auditor.actor, world.somebody("investigator").person.id, Page(1))[0]
    for subject in (uuid4(), about_a_person.id):
        with pytest.raises(NotFound):
            dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, subject, reason=ORDER)
    with pytest.raises(NotFound):
        dems.approvals.look_up.one(auditor.actor, ApprovalId(uuid4()))
    with dems.transaction() as tx, pytest.raises(NotFound):
        tx.custody.whose(uuid4())
