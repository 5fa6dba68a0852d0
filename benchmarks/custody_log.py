"""The custody log at 1,000,000 entries: taking in a backlog, proving, checking; each against the bare work that it cannot do without."""

import hashlib
import random
from collections.abc import Callable, Sequence
from functools import partial

import psycopg
from sqlalchemy import Engine

from benchmarks.installation import Installation
from benchmarks.log_entries import driver_url, queue, take_in
from benchmarks.pairs import Machine, interleaved, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.bootstrap.ledger import Signing, ledger_store
from dems.db.engine import connect
from dems.ledger.hashing import leaf_hashes, paired
from dems.ledger.keys import KEY_BYTES, KeyType, SigningKey
from dems.ledger.nodes import Node
from dems.ledger.proofs import inclusion_proofs
from dems.settings import DatabaseSettings
from dems.steps.kept_checkpoints import KeptCheckpoints
from dems.steps.log_check import LogCheck

BACKLOG, GROWTH = Target("at least", 0.1), Target("at most", 1.3)
PROOFS, FSCK = Target("at least", 0.5), Target("at least", 0.3)
_AT_A_TIME = 5_000
"""Entries that wait when the cost of one is measured in a small log and in a large one."""
_PROOFS_AT_ONCE = (8, 1)
"""As of one chain, which is what receipts and packages ask for; and of one entry. Both sides read those of so many proofs
in one statement."""
_SETTINGS = DatabaseSettings(pool_size=1, statement_timeout_ms=600_000)
_READ = """
    SELECT n.hash FROM unnest(%b::smallint[], %b::bigint[]) AS asked(level, idx)
    JOIN custody_nodes AS n ON n.level = asked.level AND n.idx = asked.idx
    UNION ALL
    SELECT l.leaf_hash FROM unnest(%b::bigint[]) AS leaf(idx) JOIN custody_leaves AS l ON l.idx = leaf.idx
"""


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    sequencer, signer = (
        connect(_SETTINGS, url)
        for url in (installed.connections.database_sequencer_url, installed.connections.database_signer_url)
    )
    try:
        return _measured(installed, sequencer, signer, sizes)
    finally:
        sequencer.dispose()
        signer.dispose()


def _measured(installed: Installation, sequencer: Engine, signer: Engine, sizes: Sizes) -> list[Result]:
    owner = installed.connections.database_owner_url
    queue(owner, sizes.small_log)
    take_in(sequencer)
    small = _cost(owner, sequencer, sizes)
    backlog, leaves = _backlogs(owner, sequencer, sizes)
    large = _cost(owner, sequencer, sizes)
    growth = Result(
        f"log: seconds of an entry at {sizes.large_log:,}",
        f"{sorted(large)[len(large) // 2] * 1e6:.1f} µs",
        f"{sorted(small)[len(small) // 2] * 1e6:.1f} µs at {sizes.small_log:,}",
        ratios(large, small),
        "x",
        GROWTH,
        sizes.full,
        machine=Machine().ended(),
        details={"large": large, "small": small},
    )
    proofs = [_proofs(installed, sizes, at_once) for at_once in _PROOFS_AT_ONCE]
    return [backlog, growth, *proofs, *_fsck(installed, signer, leaves, sizes)]


def _cost(owner: str, engine: Engine, sizes: Sizes) -> list[float]:
    """Seconds for each of a few thousand entries, once for each round."""
    found = []
    for _ in range(sizes.rounds):
        count = min(_AT_A_TIME, sizes.backlog)
        queue(owner, count)
        found.append(timed(partial(take_in, engine)) / count)
    return found


def _backlogs(owner: str, engine: Engine, sizes: Sizes) -> tuple[Result, list[bytes]]:
    """Backlogs until the log has its size: that of each round is timed, beside the bare loop over the same leaves."""
    machine = Machine()
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    every: list[bytes] = []
    # With what was taken in before, and is taken in after, the log has its size; a few more do not matter.
    while len(every) < sizes.large_log:
        leaves = queue(owner, sizes.backlog)
        every += leaves
        legs = {"ours": partial(timed, partial(take_in, engine)), "bare": partial(timed, partial(_bare, leaves))}
        # What was taken in is taken in: one round each.
        for name, took in interleaved(legs, rounds=1).seconds.items():
            seconds[name] += took
    machine.ended()
    rate = {name: f"{sizes.backlog / sorted(each)[len(each) // 2]:,.0f}/s" for name, each in seconds.items()}
    result = Result(
        f"log: the sequencer on a backlog of {sizes.backlog:,}",
        rate["ours"],
        f"{rate['bare']} hashed and appended in memory",
        ratios(seconds["bare"], seconds["ours"]),
        "x",
        BACKLOG,
        sizes.full,
        machine=machine,
        details={"seconds": seconds},
    )
    return result, every


def _bare(leaves: Sequence[bytes]) -> None:
    """Leaf hashes appended to a tree of which only the right edge is held: nothing is called that could be written out."""
    sha256 = hashlib.sha256
    edge: list[bytes] = []
    for size, leaf in enumerate(leaves):
        value = sha256(b"\x00" + leaf).digest()
        below = size
        while below & 1:
            value = sha256(b"\x01" + edge.pop() + value).digest()
            below >>= 1
        edge.append(value)


def _proofs(installed: Installation, sizes: Sizes, at_once: int) -> Result:
    with installed.dems.transaction() as tx:
        head = tx.ledger.head()
    if head is None:
        raise RuntimeError("the log is empty")
    choose = random.Random(sizes.large_log)  # noqa: S311 the same places in every run
    places = [choose.randrange(head.size) for _ in range(sizes.proofs)]
    together = [places[start : start + at_once] for start in range(0, len(places), at_once)]
    asked = [_nodes_of(some, head.size) for some in together]
    with psycopg.connect(driver_url(installed.connections.database_url)) as connection:

        def ours() -> None:
            with installed.dems.transaction() as tx:
                for some in together:
                    tx.ledger.inclusions(some, head.size)

        def bare() -> None:
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                for levels, inner, leaf in asked:
                    rows = cursor.execute(_READ, [levels, inner, leaf]).fetchall()
                    if len(rows) != len(inner) + len(leaf):
                        raise RuntimeError("a node is not there")

        legs = {"ours": partial(timed, ours), "bare": partial(timed, bare)}
        interleaved(legs, rounds=1)
        machine = Machine()
        found = interleaved(legs, rounds=sizes.rounds)
        machine.ended()
    rate = {name: sizes.proofs / sorted(each)[len(each) // 2] for name, each in found.seconds.items()}
    mean = sum(len(inner) + len(leaf) for _, inner, leaf in asked) / len(places)
    return Result(
        f"log: inclusion proofs from {head.size:,}, {at_once} at a time",
        f"{rate['ours']:,.0f}/s, {mean:.1f} rows each",
        f"{rate['bare']:,.0f}/s by reads of the same rows alone, in as many prepared statements",
        ratios(found.seconds["bare"], found.seconds["ours"]),
        "x",
        PROOFS,
        sizes.full,
        machine=machine,
        details={"seconds": found.seconds},
    )


def _nodes_of(places: Sequence[int], size: int) -> tuple[list[int], list[int], list[int]]:
    """Which rows these proofs are read from: levels and places of nodes, and places of leaves."""
    wanted: list[Node] = []

    def note(nodes: Sequence[Node]) -> dict[Node, bytes]:
        wanted.extend(nodes)
        return dict.fromkeys(nodes, bytes(32))

    inclusion_proofs(places, size, note)
    inner = [node for node in wanted if node.level]
    return [n.level for n in inner], [n.place for n in inner], [n.place for n in wanted if not n.level]


def _fsck(installed: Installation, signer: Engine, leaves: Sequence[bytes], sizes: Sizes) -> list[Result]:
    key = SigningKey("log.bench.example", KeyType.ED25519, bytes(KEY_BYTES))
    store = ledger_store(installed.settings.s3)
    signing = Signing.of(installed.settings, key, signer, store)
    published = timed(lambda: _sign(signing))
    kept = KeptCheckpoints(store, [key.key])
    nodes = _nodes_over(leaves)
    plain = {
        "leaves and nodes": partial(timed, partial(_hashed, leaves, nodes)),
        "leaves": partial(timed, partial(_hashed, leaves, [])),
    }
    results = []
    for name, check, target, rounds in (
        ("the database", installed.dems.ledger.check_database, FSCK, sizes.rounds),
        ("the bucket", installed.dems.ledger.check_bucket, None, 1),
    ):
        machine = Machine()
        found = interleaved({"ours": partial(timed, partial(_must_hold, check, kept)), **plain}, rounds=rounds)
        machine.ended()
        rate = {leg: f"{len(leaves) / sorted(each)[len(each) // 2]:,.0f}/s" for leg, each in found.seconds.items()}
        results += [
            Result(
                f"log: fsck of {name}"
                if beside == "leaves and nodes"
                else f"log: fsck of {name}, beside its leaves alone",
                rate["ours"],
                f"{rate[beside]} {beside} hashed in a plain loop",
                ratios(found.seconds[beside], found.seconds["ours"]),
                "x",
                target if beside == "leaves and nodes" else None,
                sizes.full,
                needs=rounds,
                machine=machine,
                details={"seconds": found.seconds, "signed and published in": published},
            )
            for beside in plain
        ]
    return results


def _sign(signing: Signing) -> None:
    kept = signing.sign()
    if kept is None or signing.publish(kept):
        raise RuntimeError("the log was not signed")


def _must_hold(check: Callable[[KeptCheckpoints], LogCheck], kept: KeptCheckpoints) -> None:
    found = check(kept)
    if not found.held or not found.entries:
        raise RuntimeError(found.words())


def _nodes_over(leaves: Sequence[bytes]) -> list[bytes]:
    """What is hashed for the nodes of the tree over these leaves: as many bytes as a check hashes beside the leaves."""
    level, hashed = leaf_hashes(leaves), list[bytes]()
    while len(level) > 1:
        hashed += [b"\x01" + left + right for left, right in zip(level[::2], level[1::2], strict=False)]
        level = paired(level)
    return hashed


def _hashed(leaves: Sequence[bytes], nodes: Sequence[bytes]) -> None:
    for leaf in leaves:
        hashlib.sha256(b"\x00" + leaf).digest()
    for node in nodes:
        hashlib.sha256(node).digest()
