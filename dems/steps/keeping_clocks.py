"""Keeping the rows of a case's clocks, in the transaction that changes what they are made from."""

from datetime import datetime

from dems.model.clocks.rows import rows_of
from dems.model.clocks.rules import clocks_by
from dems.model.life.lives import Life
from dems.ports import Transaction


def keep_clocks(tx: Transaction, life: Life, at: datetime) -> int:
    """Bring the rows of a case to what its facts and the rules say at an instant; how many rows changed.

    A row that says otherwise holds until then, and another one beside it from then on, so that what was known at any
    instant stays a query. The caller holds the case's row: two at once would each miss the other's facts.
    """
    made = {row.key: row for row in rows_of(life, clocks_by(tx.clocks.rules(), life, at))}
    held = tx.clocks.of_case(life.case_id)
    over = [kept for kept in held if made.get(kept.row.key) != kept.row]
    same = {kept.row.key for kept in held} - {kept.row.key for kept in over}
    new = [row for key, row in made.items() if key not in same]
    # Clocks of several hosts may differ by a little: a row never holds until before it began to.
    at = max([at, *(kept.known_from for kept in over)])
    if over:
        tx.clocks.close([kept.id for kept in over], at)
    tx.clocks.add(new, at)
    return len(over) + len(new)
