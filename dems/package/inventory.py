"""What a package says of itself and of its items. Nobody vouches for it but the export entries, by its digest."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO
from uuid import UUID

from dems.ledger.canonical import MAX_INTEGER, canonical, parse_canonical
from dems.ledger.invalid import Malformed
from dems.package.places import FORMAT
from dems.package.refusal import Refused

MAX_LINE_BYTES = 256 * 1024
MAX_ITEMS = 100_000

HERE, NOT_ASKED_FOR, NONE = "here", "not asked for", "none"


@dataclass(frozen=True, slots=True)
class About:
    """The export: what was asked for, by whom, for whom and why. Times are RFC 3339; `withheld` are names of acts."""

    export: str
    case: str
    reference: str
    title: str
    asked_at: str
    asked_by: str
    recipient: str
    reason: str
    whole_case: bool
    with_bytes: bool
    withheld: tuple[str, ...]
    items: int

    def to_bytes(self) -> bytes:
        """The file `data/export.json`."""
        return canonical({"format": FORMAT, **asdict(self), "withheld": list(self.withheld)}) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "About":
        """Raises `Malformed`."""
        value = _object(data, "data/export.json")
        if value.pop("format", None) != FORMAT:
            raise Malformed(f"data/export.json is not of the format {FORMAT}")
        texts = ("export", "case", "reference", "title", "asked_at", "asked_by", "recipient", "reason")
        withheld = value.get("withheld")
        if (
            set(value) != {*texts, "whole_case", "with_bytes", "withheld", "items"}
            or not all(isinstance(value[name], str) for name in texts)
            or not all(isinstance(value[name], bool) for name in ("whole_case", "with_bytes"))
            or not (isinstance(withheld, list) and all(isinstance(act, str) for act in withheld))
            or not _count(value["items"])
        ):
            raise Malformed("data/export.json has other members than the format says")
        return cls(**{**value, "withheld": tuple(withheld)})


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `chain` and `last_seq` say which chain is its, and how long it was when the export was asked for.

    `presence` of its bytes is one of `HERE` (then `path` says where), `NOT_ASKED_FOR`, and `NONE` where there are none to give.
    """

    evidence: str
    exhibit_ref: str
    description: str
    kind: str
    state: str
    name: str | None
    size: int | None
    sha256: str | None
    presence: str
    path: str | None
    chain: UUID
    last_seq: int

    def to_line(self) -> bytes:
        """A line of `data/items.jsonl`, with its newline."""
        return canonical({**asdict(self), "chain": str(self.chain)}) + b"\n"


def read_items(stream: BinaryIO) -> Iterator[Item]:
    """The items. Raises `Malformed` naming the first line that is none, `Refused` where there is no end."""
    for number in range(1, MAX_ITEMS + 2):
        line = stream.readline(MAX_LINE_BYTES)
        if not line:
            return
        if number > MAX_ITEMS:
            raise Refused(f"data/items.jsonl lists more than {MAX_ITEMS} items")
        yield _item(line, f"line {number} of data/items.jsonl")


def _item(line: bytes, where: str) -> Item:
    value = _object(line, where)
    texts, perhaps = ("evidence", "exhibit_ref", "description", "kind", "state", "presence"), ("name", "sha256", "path")
    if (
        set(value) != {*texts, *perhaps, "size", "chain", "last_seq"}
        or not all(isinstance(value[name], str) for name in (*texts, "chain"))
        or not all(value[name] is None or isinstance(value[name], str) for name in perhaps)
        or not (value["size"] is None or _count(value["size"]))
        or not _count(value["last_seq"])
        or (value["presence"] == HERE) != (value["path"] is not None)
    ):
        raise Malformed(f"{where} is no item")
    try:
        return Item(**{**value, "chain": UUID(value["chain"])})
    except ValueError as error:
        raise Malformed(f"{where} names a chain that is no UUID") from error


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_INTEGER


def _object(data: bytes, where: str) -> dict[str, Any]:
    try:
        value = parse_canonical(data.removesuffix(b"\n"))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{where} is not canonical JSON") from error
    if not isinstance(value, dict) or not data.endswith(b"\n"):
        raise Malformed(f"{where} is not a line with a JSON object")
    return value
