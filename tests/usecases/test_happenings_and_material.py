"""What happens in a proceeding, what is elsewhere, and what disclosure asks of an item: recorded, told, and refused."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    AlreadyExists,
    DisclosureRulesBroken,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    WrongState,
)
from dems.model.custody import ChainOf, of_item, of_proceeding, restricted_of
from dems.model.disclosure.material import Holding, Marking, NeverStored
from dems.model.disclosure.parties import Happening, HappeningKind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId, HappeningId, PartyId, new_id
from dems.ports import Once, Page
from dems.steps.proceeding_files import whole
from dems.usecases.disclosure.record_particulars import Particular
from dems.usecases.disclosure.record_placeholder import Placeholder
from tests.proceedings import OpenProceeding, taken_back

K = HappeningKind
CHARGED, ENDED = date(2026, 3, 2), date(2026, 9, 1)


def once() -> Once:
    return Once(uuid4().bytes * 2, b"f" * 32)


def details(dems: Dems, chain: ChainOf) -> list[bytes]:
    with dems.transaction() as tx:
        return [row.detail or b"" for row in tx.custody.chain(chain, Page(100))]


def test_what_happened_counts_until_it_is_taken_back_and_both_stay(dems: Dems, proceeding: OpenProceeding) -> None:
    record, who = dems.disclosure.happening, proceeding.officer.actor
    key, back = once(), once()
    charged = record(who, proceeding.id, Happening(K.CHARGED, CHARGED, proceeding.party), once=key)
    assert record(who, proceeding.id, Happening(K.CHARGED, CHARGED, proceeding.party), once=key) == charged
    wrong = record(who, proceeding.id, Happening(K.CONVICTED, CHARGED))
    undone = record.take_back(who, proceeding.id, wrong.id, reason="Another case", once=back)
    assert record.take_back(who, proceeding.id, wrong.id, reason="Another case", once=back) == undone
    assert (undone.takes_back, undone.happening, undone.reason) == (wrong.id, wrong.happening, "Another case")
    listed = dems.disclosure.look_up.happenings(proceeding.team.investigator.actor, proceeding.id, Page(2))
    assert listed == [charged, wrong]
    assert dems.disclosure.look_up.happenings(who, proceeding.id, Page(2, wrong.id)) == [undone]
    with dems.transaction() as tx:
        assert whole(tx, proceeding.id, dems.clock()).happenings == (charged.happening,)
    entries = details(dems, of_proceeding(proceeding.id))[1:]
    assert [b'"takes_back":null' in e for e in entries] == [True, True, False]


def test_what_did_not_or_cannot_have_happened_is_refused(dems: Dems, proceeding: OpenProceeding) -> None:
    record, who = dems.disclosure.happening, proceeding.officer.actor
    tomorrow = dems.clock().date() + timedelta(days=2)
    with pytest.raises(Invalid, match="still to come"):
        record(who, proceeding.id, Happening(K.CHARGED, tomorrow))
    with pytest.raises(Invalid, match="one of its parties"):
        record(who, proceeding.id, Happening(K.CHARGED, CHARGED, PartyId(new_id())))
    with pytest.raises(DisclosureRulesBroken) as early:
        record(who, proceeding.id, Happening(K.REVIEW_ENDED, ENDED))
    assert [p["rule"] for p in early.value.data["problems"]] == ["R27"]
    acquitted = record(who, proceeding.id, Happening(K.ACQUITTED, CHARGED))
    record(who, proceeding.id, Happening(K.REVIEW_ENDED, ENDED))
    with pytest.raises(DisclosureRulesBroken) as early:
        record.take_back(who, proceeding.id, acquitted.id, reason="It was another")
    assert [p["rule"] for p in early.value.data["problems"]] == ["R27"]
    with pytest.raises(NotFound):
        record.take_back(who, proceeding.id, HappeningId(new_id()), reason="x")
    gone = taken_back(proceeding)
    for again in (gone.id, dems.disclosure.look_up.happenings(who, proceeding.id, Page(9))[-1].id):
        with pytest.raises(WrongState, match="taken back already"):
            record.take_back(who, proceeding.id, again, reason="x")
    with pytest.raises(NotFound):
        record(proceeding.team.outsider.actor, proceeding.id, Happening(K.CHARGED, CHARGED))


def test_a_placeholder_is_for_whom_it_says_and_so_is_its_entry(dems: Dems, proceeding: OpenProceeding) -> None:
    record, who, key = dems.disclosure.placeholder, proceeding.officer.actor, once()
    open_ = Placeholder(ExhibitRef("E/1"), "A paper file", "Leeds", "Archive", Marking.OFFICIAL, None, restricted=False)
    secret = Placeholder(
        ExhibitRef("E/1"), "An account", "Unit", "Safe", Marking.SECRET, NeverStored.CHIS, restricted=True
    )
    plain = record(proceeding.uncleared.actor, proceeding.id, open_)
    hidden = record(who, proceeding.id, secret, once=key)
    assert record(who, proceeding.id, secret, once=key) == hidden
    with pytest.raises(AlreadyExists):
        record(proceeding.uncleared.actor, proceeding.id, open_)
    with pytest.raises(DisclosureRulesBroken, match="clearance sensitive") as refused:
        record(proceeding.uncleared.actor, proceeding.id, secret)
    assert [p["rule"] for p in refused.value.data["problems"]] == ["R03"]
    with pytest.raises(Invalid, match="restricted"):
        Placeholder(ExhibitRef("E/2"), "x", "y", "z", Marking.SECRET, NeverStored.INTERCEPT, restricted=False)
    look_up = dems.disclosure.look_up.placeholders
    assert look_up(proceeding.uncleared.actor, proceeding.id, Page(9)) == [plain]
    assert look_up(proceeding.without_pii.actor, proceeding.id, Page(9)) == [plain, hidden]
    assert [str(plain.id).encode() in e for e in details(dems, of_proceeding(proceeding.id))] == [False, True]
    assert [str(hidden.id).encode() in e for e in details(dems, restricted_of(proceeding.id))] == [True]
    with dems.transaction() as tx:
        found = tx.material.material(proceeding.case_id)
    assert {(m.id, m.holding) for m in found} == {(plain.id, Holding.OFF_SYSTEM), (hidden.id, Holding.OFF_SYSTEM)}


def test_what_was_said_of_an_item_is_said_anew_with_what_was_read(dems: Dems, proceeding: OpenProceeding) -> None:
    item = EvidenceId(proceeding.thing("A/1").id)
    say, read, who = dems.disclosure.particulars, dems.disclosure.look_up.particulars, proceeding.officer.actor
    with pytest.raises(NotFound):
        read(who, item)
    first = say(who, item, Particular(unexamined=True), reason="Seized in bulk")
    with pytest.raises(PreconditionRequired):
        say(who, item, Particular(), reason="x")
    with pytest.raises(PreconditionFailed):
        say(who, item, Particular(), reason="x", if_version=2)
    key = once()
    now = Particular(Marking.OFFICIAL_SENSITIVE, edited=True, redaction_set="R/1", place="Store A", holder="Leeds")
    second = say(who, item, now, reason="It was looked into", if_version=1, once=key)
    assert say(who, item, now, reason="It was looked into", if_version=1, once=key) == second
    assert (first.number, second.number) == (1, 2)
    assert read(proceeding.team.investigator.actor, item) == second
    with dems.transaction() as tx:
        [material] = tx.material.material(proceeding.case_id)
    assert (material.marking, material.unexamined, material.edited) == (Marking.OFFICIAL_SENSITIVE, False, True)
    assert b'"redaction_set":"R/1"' in details(dems, of_item(item))[-1]
    with pytest.raises(NotFound):
        say(proceeding.team.outsider.actor, item, Particular(), reason="x")
