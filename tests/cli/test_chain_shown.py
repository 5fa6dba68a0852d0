import base64
import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from dems.cli.chain import Chain
from dems.ledger.canonical import canonical
from dems.ledger.entry import next_leaf

ITEM, CHAIN = uuid4(), uuid4()


def entries(count: int, evidence: str = str(ITEM)) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    leaf: bytes | None = None
    for number in range(1, count + 1):
        nonce = hashlib.sha256(bytes([number])).digest()
        actor = {"name": "Amina\x1b[2J Khan", "role": "investigator"}
        detail = canonical({"act": f"act.{number}", "actor": actor, "evidence": evidence, "facts": {"size": number}})
        at = datetime(2026, 3, number, tzinfo=UTC)
        leaf = next_leaf(CHAIN, leaf, at=at, nonce=nonce, detail=detail).to_bytes()
        made.append(
            {name: base64.b64encode(v).decode() for name, v in (("leaf", leaf), ("nonce", nonce), ("detail", detail))}
        )
    return made


def test_a_whole_chain_holds_and_is_told_in_order() -> None:
    chain = Chain(ITEM, entries(3))
    assert chain.problem() is None
    assert chain.verdict() == "3 entries, chain holds"
    lines = list(chain.lines())
    assert [line.split()[4] for line in lines if "act." in line] == ["act.1", "act.2", "act.3"]
    assert not any("\x1b" in line for line in lines)


def test_the_first_entry_that_does_not_hold_is_named() -> None:
    given = entries(4)
    given[2]["detail"] = base64.b64encode(b'{"act":"another"}').decode()
    assert (
        Chain(ITEM, given).verdict()
        == "4 entries, chain does NOT hold: entry 3: the leaf does not commit to this detail"
    )
    assert Chain(ITEM, entries(4)[1:]).problem() == "entry 1 says that it is number 2"


def test_a_withheld_detail_does_not_break_a_chain() -> None:
    given = entries(2)
    given[0] |= {"nonce": None, "detail": None}
    chain = Chain(ITEM, given)
    assert chain.problem() is None
    assert "(detail withheld)" in next(chain.lines())


def test_who_destroyed_a_detail_is_told_in_its_place() -> None:
    given = entries(2)
    given[0] |= {"nonce": None, "detail": None}
    given[0]["destroyed"] = {"at": "2026-03-05T10:00:00Z", "asked_by": "Ann\x1b[2J", "confirmed_by": "Bob"}
    chain = Chain(ITEM, given)
    assert chain.problem() is None
    first = next(chain.lines())
    assert first.endswith("and Bob on 2026-03-05)")
    assert "(detail destroyed by Ann" in first
    assert "\x1b" not in first


def test_the_whole_chain_of_another_item_is_not_taken_for_this_ones() -> None:
    assert Chain(ITEM, entries(2, str(uuid4()))).problem() == "entry 1 is about another item"


def test_no_entries_and_broken_entries_are_no_chain() -> None:
    assert Chain(ITEM, []).problem() == "there is no entry"
    assert Chain(ITEM, [{"leaf": "!", "nonce": None, "detail": None}]).problem() is not None
    assert list(Chain(ITEM, [{"leaf": "!", "nonce": None, "detail": None}]).lines())
