"""What somebody does who changes a log and means it to look right."""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sqlalchemy import insert

from dems.db.tables import custody_signed
from dems.ledger.bundles import bundle_path, new_bundles, to_bundle
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash
from dems.ledger.note import Note
from dems.ledger.policy import Log, Policy
from dems.ledger.signing import sign
from dems.ledger.tiles import TILE_WIDTH
from dems.ledger.verifier import Verdict
from dems.package.earlier import Held
from dems.package.verification import Trusted, verify
from storage.interface import ObjectStore
from tests.logbook import Logbook

FORGED = "convert_to(replace(convert_from(leaf, 'UTF8'), '\"seq\":', '\"seq\":1'), 'UTF8')"


NOTHING = cast("ObjectStore", None)


def policy(book: Logbook) -> Policy:
    return Policy.of([Log(book.key.key)])


def rebuilt(book: Logbook) -> list[str]:
    """Statements that make leaf hashes, nodes and checkpoints fit whatever entries and places there are now."""
    hashes = [leaf_hash(leaf) for _, leaf in book.leaves()]
    statements = ["DELETE FROM custody_nodes", "DELETE FROM custody_checkpoints", "DELETE FROM custody_signed"]
    edge = Frontier()
    for node, value in edge.extend(hashes):
        if node.level:
            statements.append(f"INSERT INTO custody_nodes VALUES ({node.level}, {node.place}, '\\x{value.hex()}')")  # noqa: S608
        else:
            statements.append(f"UPDATE custody_leaves SET leaf_hash = '\\x{value.hex()}' WHERE idx = {node.place}")  # noqa: S608
    root, frontier = edge.root().hex(), edge.to_bytes().hex()
    return [*statements, f"INSERT INTO custody_checkpoints VALUES ({edge.size}, '\\x{root}', '\\x{frontier}', now())"]  # noqa: S608


def forged(book: Logbook) -> Note:
    """Take in what waits, and publish a checkpoint of it in the database that the true key signed and no signer saw."""
    book.sequence()
    with book.transactions()() as tx:
        head = tx.ledger.head()
    assert head is not None
    text = Checkpoint(book.key.name, head.size, head.root).to_text()
    note = Note(text, (sign(text, book.key),))
    row = {"size": head.size, "root": head.root, "note": note.to_bytes(), "vkey": book.key.key.to_text()}
    with book.superuser.begin() as connection:
        connection.execute(insert(custody_signed), {**row, "at": datetime.now(UTC)})
    return note


def copied(book: Logbook, note: bytes, folder: Path) -> Path:
    """A copy of the log as its owner hands it out today: its entries in the database, and this checkpoint."""
    leaves = [leaf for _, leaf in book.leaves()]
    for tile in new_bundles(0, len(leaves)):
        start, path = tile.index * TILE_WIDTH, folder / bundle_path(tile)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bundle(leaves[start : start + tile.width]))
    (folder / "checkpoint").write_bytes(note)
    return folder


def verdicts(book: Logbook, copy: Path, held: bytes) -> dict[str, Verdict]:
    """What `dems verify --checkpoint` finds in a copy, for whoever holds a checkpoint from before."""
    trusted = Trusted(policy(book).to_bytes(), held=[Held("the one that I was given", held)])
    return {finding.check: finding.verdict for finding in verify(copy, trusted).findings}
