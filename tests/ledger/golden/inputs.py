"""The fixed inputs of the golden file: twenty entries of five chains, chosen for what could be written in two ways."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

ITEM = UUID("3d6f0a1e-52c4-4b7e-9a55-0c1d2e3f4a5b")
OTHER_ITEM = UUID("ffffffff-ffff-4fff-bfff-ffffffffffff")
CASE = UUID("00000000-0000-4000-8000-000000000001")
PERSON = UUID("9b2c4d6e-8f01-4a23-b4c5-d6e7f8091a2b")
INSTALLATION = UUID("c0ffee00-1234-4abc-9def-0123456789ab")

SUMMER_TIME = timezone(timedelta(hours=1))
NEPAL = timezone(timedelta(hours=5, minutes=45))
LARGEST = 9_007_199_254_740_991


@dataclass(frozen=True, slots=True)
class Input:
    """One entry: the chain, the time as given (in any zone), and what happened."""

    chain: UUID
    at: datetime
    detail: dict[str, Any]


def nonce(number: int) -> bytes:
    """The nonce of the entry at this place of `INPUTS`, counted from 1."""
    return sha256(f"golden nonce {number}".encode()).digest()


INVESTIGATOR: dict[str, Any] = {
    "kind": "person",
    "name": "Zoë O'Brien-Łukasz",
    "person": {
        "email": "zoe@dems.example",
        "id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "name": "Zoë O'Brien-Łukasz",
    },
    "role": "investigator",
    "token": "01890a5d-ac96-774b-bcce-b302099a8058",
}
SYSTEM: dict[str, Any] = {"kind": "system", "name": "DEMS", "person": None, "role": "system", "token": None}
SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

INPUTS: tuple[Input, ...] = (
    # An installation begins: the least that a detail can say.
    Input(INSTALLATION, datetime(2026, 1, 1, tzinfo=UTC), {}),
    Input(INSTALLATION, datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC), {"act": "installation.start", "actor": SYSTEM}),
    # A person is added; every member that a detail has, most of them null.
    Input(
        PERSON,
        datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
        {
            "act": "person.add",
            "actor": {"kind": "operator", "name": "root", "person": None, "role": "operator", "token": None},
            "at": "2026-02-28T23:59:59.999999Z",
            "case": None,
            "entry": "01890a5d-ac96-774b-bcce-b302099a8001",
            "evidence": None,
            "facts": {"roles": ["investigator", "case_manager"]},
            "on_behalf_of": None,
            "reason": None,
            "request": None,
            "s62": "collection",
        },
    ),
    Input(PERSON, datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), {"act": "token.issue", "expires_in_days": 30}),
    # Two minutes later by the clock on the wall an hour has passed: summer time has begun.
    Input(PERSON, datetime(2026, 3, 29, 2, 1, tzinfo=SUMMER_TIME), {"act": "token.revoke", "reason": "lost phone"}),
    # A case, with a reference that holds a slash, quotation marks and a backslash.
    Input(CASE, datetime(2026, 4, 1, 9, 0, tzinfo=SUMMER_TIME), {"act": "case.open", "reference": "2026/0147"}),
    Input(CASE, datetime(2026, 4, 1, 9, 0, tzinfo=SUMMER_TIME), {"reason": 'the "first"\\second/third'}),
    Input(CASE, datetime(2026, 4, 1, 13, 45, tzinfo=NEPAL), {"themes": [], "facts": {}, "is_major": False}),
    # An item, from its declaration to a reading; names as they come from phones and from attackers.
    Input(
        ITEM,
        datetime(2026, 5, 4, 10, 15, 30, 250_000, tzinfo=UTC),
        {
            "act": "evidence.declare",
            "actor": INVESTIGATOR,
            "facts": {"size": 0, "sha256": None, "exhibit_ref": "ZOB/1"},
        },
    ),
    Input(
        ITEM,
        datetime(2026, 5, 4, 10, 15, 31, tzinfo=UTC),
        {"act": "upload.complete", "facts": {"name": "IMG\u202e4PM.\u00e9xe", "version": "v-1", "parts": [1, 2, 3]}},
    ),
    Input(
        ITEM,
        datetime(2026, 5, 4, 10, 15, 32, tzinfo=UTC),
        {"act": "evidence.seal", "actor": SYSTEM, "facts": {"size": 0, "sha256": SHA256_OF_NOTHING}},
    ),
    # Every character that JSON escapes in its own way, and those that it must leave alone.
    Input(
        ITEM,
        datetime(2026, 5, 5, tzinfo=UTC),
        {"reason": "\x00\x01\x07\x08\x09\x0a\x0b\x0c\x0d\x1f\x20\x22\x2f\x5c\x7f\x80\u2028\u2029\ufeff\uffff"},
    ),
    # The same word composed and decomposed: two strings, since nothing is normalised.
    Input(ITEM, datetime(2026, 5, 6, tzinfo=UTC), {"composed": "\u00e9", "decomposed": "e\u0301"}),
    # Members are sorted by UTF-16 code units: the emoji comes before U+FB33 and after the euro sign.
    Input(
        ITEM,
        datetime(2026, 5, 7, tzinfo=UTC),
        {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7, "": 8, "A": 9, "a": 10},
    ),
    # Integers to the edge of what is exact everywhere.
    Input(
        ITEM,
        datetime(2026, 5, 8, tzinfo=UTC),
        {"integers": [0, 1, -1, LARGEST, -LARGEST], "truth": [True, False, None]},
    ),
    # Another item, of which a service takes care for a person.
    Input(
        OTHER_ITEM,
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        {
            "act": "evidence.declare",
            "actor": INVESTIGATOR | {"kind": "service"},
            "on_behalf_of": INVESTIGATOR["person"],
        },
    ),
    # The hour that there is twice: this is the second half past one of that night.
    Input(OTHER_ITEM, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), {"act": "upload.complete"}),
    Input(
        OTHER_ITEM,
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        {"act": "evidence.mismatch", "facts": {"declared": SHA256_OF_ABC, "found": SHA256_OF_NOTHING}},
    ),
    # Nested as deep as no fact will be, and long.
    Input(OTHER_ITEM, datetime(2026, 10, 26, tzinfo=UTC), {"a": [{"b": [{"c": [[[[]]], {}]}]}], "long": "🎥 " * 400}),
    # The newest of the installation, three chains later; a leap day of the future.
    Input(INSTALLATION, datetime(2096, 2, 29, 12, 0, tzinfo=UTC), {"act": "installation.start"}),
)
