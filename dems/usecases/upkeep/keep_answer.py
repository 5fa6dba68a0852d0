"""Keep the first answer to a request with an idempotency key, so that its repetition is answered with the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dems.ports import Once, Transactions


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    transaction: Transactions

    def __call__(self, once: Once, status: int, answer: Mapping[str, Any]) -> tuple[int, Mapping[str, Any], bool]:
        """The first answer, and whether it had been given before. `answer` must hold no secret."""
        with self.transaction() as tx:
            return tx.idempotency.answered(once, status, answer)
