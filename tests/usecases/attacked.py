"""What somebody does who changes a log and means it to look right."""

from typing import cast

from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash
from dems.ledger.policy import Log, Policy
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
