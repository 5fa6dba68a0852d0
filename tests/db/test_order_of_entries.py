"""The order in which entries of a batch are taken: that of their ids, but for chains, whose numbers go up by one."""

import pytest

from dems.db.sequencing import Queued, gaps_of, in_chain_order
from dems.model.ids import new_id


@pytest.mark.parametrize(
    ("queued", "expected"),
    [
        ([("a", 3), ("b", 1), ("a", 1), ("b", 2), ("a", 2)], [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3)]),
        ([("a", 1), ("b", 1), ("a", 2)], [("a", 1), ("b", 1), ("a", 2)]),
    ],
)
def test_entries_of_a_chain_change_places_only_with_one_another(
    queued: list[tuple[str, int]], expected: list[tuple[str, int]]
) -> None:
    waiting = [Queued(new_id().bytes, chain.encode(), seq, b"") for chain, seq in queued]
    assert [((q.chain_id or b"").decode(), q.seq) for q in in_chain_order(waiting)] == expected


def test_entries_that_come_behind_those_that_follow_them_are_put_where_their_ids_say() -> None:
    ids = sorted(new_id().bytes for _ in range(3))
    late = [Queued(ids[1], b"a", 1, b""), Queued(ids[2], b"b", 1, b"")]
    before = [Queued(ids[0], b"a", 2, b"")]
    assert [(q.chain_id, q.seq) for q in in_chain_order([*late, *before])] == [(b"a", 1), (b"a", 2), (b"b", 1)]


@pytest.mark.parametrize(
    ("queued", "expected"),
    [
        ([("a", 1), ("b", 1), ("a", 2)], []),
        ([("a", 4), ("b", 1), ("a", 5), ("c", 2)], [("a", 3), ("c", 1)]),
        ([("a", 1), ("a", 3)], [("a", 2)]),
        ([("a", 2), ("b", 1), ("a", 1)], None),
        ([("a", 1), ("a", 1)], None),
    ],
)
def test_what_entries_follow_from_is_named_where_they_are_in_order(
    queued: list[tuple[str, int]], expected: list[tuple[str, int]] | None
) -> None:
    gaps = gaps_of([Queued(new_id().bytes, chain.encode(), seq, b"") for chain, seq in queued])
    assert (None if gaps is None else [((chain or b"").decode(), seq) for chain, seq in gaps]) == expected
