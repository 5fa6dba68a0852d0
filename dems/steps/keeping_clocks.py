"""Keeping the rows of a case's clocks, in the transaction that changes what they are made from."""

from collections.abc import Sequence
from datetime import datetime

from dems.model.clocks.rows import rows_of
from dems.model.clocks.rules import clocks_by
from dems.model.life.lives import Life
from dems.ports import Transaction


def keep_clocks(tx: Transaction, lives: Sequence[Life], at: datetime) -> int:
    """Bring the rows of some cases to what their facts and the rules say at an instant; how many rows that took.

    A row that says otherwise holds until then, and another one beside it from then on, so that what was known at any
    instant stays a query. The caller holds the rows of the cases: two at once would each miss the other's facts.
    """
    rules = tx.clocks.rules()
    made = {(row.case_id, *row.key): row for life in lives for row in rows_of(life, clocks_by(rules, life, at))}
    over, same = [], set()
    for kept in tx.clocks.of_cases([life.case_id for life in lives]):
        key = (kept.row.case_id, *kept.row.key)
        if made.get(key) == kept.row:
            same.add(key)
        else:
            over.append(kept)
    new = [row for key, row in made.items() if key not in same]
    # Clocks of several hosts may differ by a little: a row never holds until before it began to.
    at = max([at, *(kept.known_from for kept in over)])
    tx.clocks.close([kept.id for kept in over], at)
    tx.clocks.add(new, at)
    return len(over) + len(new)
