"""A package put together in the order in which it is written: items, papers, manifests; then what the log gave for it.

The caller brings bytes and entries and takes the zip away piece by piece; how it asks the log between the two halves is
its own affair. The same export, entries and bytes give the same first half, byte for byte, so a package whose making was
broken off can be made again under the digest that its entries already name.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from dems.ledger.entry import Entry
from dems.ledger.note import Note
from dems.package import handling
from dems.package.bag_writing import BagWriter, Spool
from dems.package.chain_files import to_line
from dems.package.inventory import HERE, About, Item
from dems.package.paths import Paths, component
from dems.package.places import (
    CHECKPOINT,
    EVIDENCE,
    EXPORT,
    HANDLING,
    ITEMS,
    POLICY,
    README,
    STAMPED,
    TIMESTAMPS,
    chain_file,
    later_file,
    proof_file,
)
from dems.package.readme import readme
from dems.package.zip_writing import Write, WrongSize


class NotAsSealed(ValueError):
    """The bytes that came for an item are not those whose SHA-256 its seal names."""

    def __init__(self, item: Item) -> None:
        super().__init__(f"the stored bytes of {item.exhibit_ref} are not those that were sealed")
        self.evidence = item.evidence


class Composer:
    """Writes one package. `at` is the time that all its files bear: that of the export, not of its making."""

    def __init__(self, write: Write, about: About, policy: bytes, at: datetime) -> None:
        self._about, self._policy = about, policy
        self._base = f"dems-export-{about.export}"
        self._resources = ExitStack()
        self._bag = self._resources.enter_context(BagWriter(write, self._base, at))
        self._paths = Paths()
        self._items, self._handling = self._bag.spool(), self._bag.spool()
        self._handling.write(handling.begin(about))
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._resources.close()

    def add_item(self, item: Item, entries: Iterable[Entry], payload: Iterable[bytes] | None) -> Item:
        """Write an item with the entries of its chain so far, which the export's own will follow; gives it with its path.

        `payload` are its bytes where `item.presence` is `HERE`: `NotAsSealed` if they are not as many as `item.size`
        says, or their SHA-256 is not `item.sha256`. `ValueError` if there are not `item.last_seq` entries; none is held.
        """
        size = item.size
        if (payload is None) != (item.presence != HERE or size is None):
            raise ValueError("an item comes with its bytes where it says so")
        if payload is not None and size is not None:
            folder = f"{EVIDENCE}{component(item.exhibit_ref)}/"
            item = replace(item, path=self._paths.unused(folder, item.name or "evidence.bin"))
            try:
                digests = self._bag.add(str(item.path), size, payload)
            except WrongSize as error:
                raise NotAsSealed(item) from error
            if digests["sha256"].hex() != item.sha256:
                raise NotAsSealed(item)
        self._items.write(item.to_line())
        actions = handling.Actions(item)
        self._handling.write(actions.begin())
        come = 0
        with closing(Spool()) as lines:
            for entry in entries:
                lines.write(to_line(entry))
                self._handling.write(actions.of(entry))
                come += 1
            if come != item.last_seq:
                raise ValueError("an item comes with all its entries")
            self._bag.add_spool(chain_file(item.chain), lines)
        self._count += 1
        return item

    def close_bag(self) -> bytes:
        """Write everything else that is listed; the digest that the export's entries are to name."""
        if self._count != self._about.items:
            raise ValueError(f"{self._count} of {self._about.items} items were added")
        self._handling.write(handling.END)
        self._bag.add_bytes(EXPORT, self._about.to_bytes())
        self._bag.add_spool(ITEMS, self._items)
        self._bag.add_spool(HANDLING, self._handling)
        self._bag.add_bytes(POLICY, self._policy)
        self._bag.add_bytes(README, readme(self._about, self._base))
        return self._bag.close_bag(
            {
                "Contact-Name": self._about.asked_by,
                "External-Identifier": self._about.export,
                "External-Description": f"Evidence of the case {self._about.reference} with its chains of custody",
                "Internal-Sender-Identifier": self._about.reference,
                "Bag-Software-Agent": "DEMS",
            }
        )

    def add_later(self, chain: UUID, entries: Iterable[Entry]) -> None:
        """Write the entries that a chain got after those in the bag, to the export's own; none is held."""
        with closing(Spool()) as lines:
            for entry in entries:
                lines.write(to_line(entry))
            self._bag.add_of_log(later_file(chain), lines.size, lines.pieces())

    def add_proof(self, chain: UUID, seq: int, proof: bytes) -> None:
        """Write the ``.tlog-proof`` of one entry."""
        self._bag.add_of_log(proof_file(chain, seq), len(proof), [proof])

    def add_checkpoint(self, note: bytes, tokens: Sequence[tuple[str, bytes]] = ()) -> None:
        """Write the checkpoint of all proofs, and answers of time-stamping authorities by short names of theirs."""
        self._bag.add_of_log(CHECKPOINT, len(note), [note])
        if tokens:
            text = Note.from_bytes(note).text.encode()
            self._bag.add_of_log(STAMPED, len(text), [text])
        names = Paths()
        for name, token in tokens:
            self._bag.add_of_log(names.unused(TIMESTAMPS, f"{name}.tsr"), len(token), [token])

    def finish(self) -> int:
        """Write what ends the zip; the number of bytes of all of it."""
        return self._bag.finish()
