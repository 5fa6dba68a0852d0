"""However long the texts are that come from outside, an entry stays below 64 KiB, and nothing of them is lost."""

import json
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.ledger.canonical import canonical
from dems.model.acts import Act
from dems.model.custody import MOST_DETAIL_BYTES, MOST_FACTS_BYTES, of_item
from dems.ports import Orphan, Page
from dems.steps.many_facts import MOST_BYTES, shared_out
from tests.conftest import Owner, Team
from tests.invited import Holder, named
from tests.world import World

LINE, PROSE = "\N{POLICE OFFICER}" * 300, "\N{POLICE OFFICER}" * 4000
"""As long as a line and a text may be, in characters of four bytes."""


def consulted(as_owner: Owner, person_id: object) -> list[bytes]:
    rows = as_owner(
        "SELECT detail FROM custody_details JOIN custody_entries e ON e.id = entry_id "  # noqa: S608
        f"JOIN custody_chains c ON c.id = chain_id WHERE c.subject = '{person_id}' "
        "AND act = 'records.consulted' ORDER BY seq"
    )
    return [bytes(r.detail) for r in rows]


def test_a_hundred_denials_with_a_name_of_three_hundred_signs_are_several_entries(
    dems: Dems, team: Team, as_owner: Owner
) -> None:
    holder = Holder.invited(dems, team, recipient=LINE)
    for number in range(100):
        dems.custody.note_denial(holder.actor, "GET /v1/cases/{case_id}", {"case_id": f"{number} {LINE[:190]}"}, "404")
    while dems.custody.write_consultations(at_most=1000) == 1000:
        pass
    details = consulted(as_owner, team.investigator.person.id)
    assert max(len(d) for d in details) <= MOST_DETAIL_BYTES
    facts = [f for d in details for f in json.loads(d)["facts"]["consulted"]]
    told = [f for f in facts if f.get("invited", {}).get("recipient") == LINE]
    assert [f["asked"]["case_id"].split()[0] for f in told] == [str(n) for n in range(100)], "all of them, in order"


def test_a_description_that_replaces_another_is_told_whole(dems: Dems, world: World, team: Team) -> None:
    item = world.declare(team.investigator, team.case, b"abc").evidence
    who = team.investigator.actor
    short = {"description": "A", "source": "B"}
    first = dems.evidence.describe(who, item.id, short, if_version=item.version)
    long = {"description": PROSE, "source": PROSE, "obtained_by": LINE}
    second = dems.evidence.describe(who, item.id, long, if_version=first.version, reason=PROSE)
    other = {"description": PROSE[:-1] + "x", "source": PROSE[:-1] + "x", "obtained_by": "B"}
    dems.evidence.describe(who, item.id, other, if_version=second.version, reason=PROSE)
    rows = [r.detail or b"" for r in dems.custody.read.item(who, item.id, Page(50))]
    assert max(map(len, rows)) <= MOST_DETAIL_BYTES
    details = [d for d in map(json.loads, rows) if d["act"] == "evidence.describe"]
    assert details[0]["facts"]["after"] == short, "what fits is one entry"
    after: dict[str, Any] = {}
    for detail in details[1:4]:
        assert detail["reason"] == PROSE
        after |= detail["facts"]["after"]
    assert after == long
    after = {}
    for detail in details[4:]:
        assert detail["facts"]["before"].items() <= long.items()
        after |= detail["facts"]["after"]
    assert after == other


def test_the_longest_invitation_and_what_is_sent_by_it_fit(dems: Dems, team: Team) -> None:
    longest = {"asked_for": PROSE, "recipient": LINE, "contact": LINE, "source": PROSE}
    holder = Holder.invited(dems, team, **longest)
    name = b"\x01" * 1024
    (row,) = holder.add(named(name, b"abc", description=PROSE, source=PROSE, obtained_by=LINE))
    rows = dems.custody.read.item(team.investigator.actor, row.evidence.id, Page(9))
    rows += dems.custody.read.case(team.investigator.actor, team.case.id, Page(99))
    details = [r.detail or b"" for r in rows]
    assert max(map(len, details)) <= MOST_DETAIL_BYTES
    assert json.loads(details[0])["facts"]["description"] == PROSE


def test_what_does_not_fit_is_a_bug_and_is_never_written(dems: Dems, world: World, team: Team) -> None:
    item = world.declare(team.investigator, team.case, b"abc").evidence
    with dems.transaction() as tx:
        authority = tx.authorise(team.investigator.actor, Act.EVIDENCE_DESCRIBE, case_id=team.case.id)
        fits = {"x": "y" * (MOST_FACTS_BYTES - len(canonical({"x": ""})) - len(canonical("")))}
        tx.custody.append(authority, of_item(item.id), case_id=team.case.id, facts=fits, reason="")
        with pytest.raises(ValueError, match="belong into several entries"):
            tx.custody.append(authority, of_item(item.id), case_id=team.case.id, facts=fits, reason="1")


def test_orphans_with_long_keys_are_reported_in_as_many_entries_as_they_need(dems: Dems, as_owner: Owner) -> None:
    orphans = [Orphan("evidence/" + "k" * 1000 + str(n), "v", "unrecorded", 1) for n in range(100)]
    dems.upkeep.reconcile._report(orphans)
    rows = as_owner("SELECT detail FROM custody_details WHERE act = 'orphan.report' ORDER BY entry_id DESC LIMIT 4")
    details = [json.loads(bytes(r.detail)) for r in rows]
    keys = {o["key"] for d in details for o in d["facts"]["orphans"]}
    assert keys >= {o.key for o in orphans}
    assert all(len(bytes(r.detail)) <= MOST_DETAIL_BYTES for r in rows)


def test_facts_are_shared_out_in_their_order_and_none_is_dropped() -> None:
    small = [{"n": n} for n in range(5)]
    assert list(shared_out([], 3)) == []
    assert list(shared_out(small, 3)) == [small[:3], small[3:]]
    large = {"text": "x" * MOST_BYTES}
    assert list(shared_out([small[0], large, small[1]], 3)) == [[small[0]], [large], [small[1]]]
