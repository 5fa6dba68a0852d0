"""Have witnesses cosign the newest signed checkpoint: who holds a cosignature can tell when the log is rewritten.

Nothing waits for it. A witness that is dead, slow or wrong is told of, and asked again by the next run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from dems.errors import IntegrityBroken
from dems.ledger.invalid import NotProved
from dems.ledger.policy import Policy, Witness
from dems.ledger.witness_request import AddCheckpoint
from dems.ports import Clock, SignedCheckpoint, Transaction, Transactions
from dems.ports.anchors import Anchor, AnchorKind, Answer, AsksWitnesses, Heard
from dems.steps.anchoring import keep, report
from storage.interface import ObjectStore

ROUNDS = 3
"""A witness may say once that it holds another size than we believed, and once more where another asked it meanwhile."""

Asked = tuple[Witness, AddCheckpoint, int]
"""A witness, what it is sent, and the size of the checkpoint in it."""


@dataclass(frozen=True, slots=True)
class CosignLog:
    """`policy` names the witnesses; `store` is the ledger bucket."""

    transaction: Transactions
    store: ObjectStore
    clock: Clock
    witnesses: AsksWitnesses
    policy: Policy
    lock_for: timedelta

    def __call__(self) -> list[Answer]:
        """What each witness that had not cosigned the newest checkpoint came to. Raises `StorageError`."""
        asked = self._first()
        answers: list[Answer] = []
        given: list[Anchor] = []
        for _ in range(ROUNDS):
            if not asked:
                break
            heard = self.witnesses.cosign([(witness, request) for witness, request, _ in asked])
            behind: list[tuple[Witness, Answer]] = []
            for (witness, _, size), answer in zip(asked, heard, strict=True):
                if answer.heard is Heard.BEHIND:
                    behind.append((witness, answer))
                    continue
                answers.append(answer)
                if answer.at is not None:
                    by = witness.key.to_text()
                    given.append(Anchor(size, AnchorKind.COSIGNATURE, by, answer.kept, answer.at))
            asked, ahead = self._again(behind)
            answers += ahead
        answers += [
            Answer(witness.name, Heard.GARBAGE, f"it said another size each of {ROUNDS} times") for witness, *_ in asked
        ]
        keep(self.transaction, self.store, given, self.clock() + self.lock_for)
        if answers:
            report(self.transaction, "witnesses", answers, self.clock())
        return answers

    def _first(self) -> list[Asked]:
        """Those that have not cosigned the newest, each from the largest that we know it cosigned."""
        keys = {witness.key.to_text(): witness for witness in self.policy.witnesses}
        if not keys:
            return []
        with self.transaction() as tx:
            newest = tx.ledger.latest_checkpoint()
            if newest is None:
                return []
            known = tx.anchors.largest_by(AnchorKind.COSIGNATURE, list(keys))
            return [
                (witness, _request(tx, known.get(key, 0), newest), newest.size)
                for key, witness in keys.items()
                if known.get(key) != newest.size
            ]

    def _again(self, behind: Sequence[tuple[Witness, Answer]]) -> tuple[list[Asked], list[Answer]]:
        """Each from the size that it says. One that holds more than we ever signed contradicts us."""
        if not behind:
            return [], []
        asked: list[Asked] = []
        ahead: list[Answer] = []
        with self.transaction() as tx:
            newest = tx.ledger.latest_checkpoint()
            for witness, answer in behind:
                size = answer.size or 0
                if newest is None or size > newest.size:
                    words = (
                        f"{answer.words}, and ours has fewer: our database was set back, or somebody else signs as us"
                    )
                    ahead.append(replace(answer, heard=Heard.CONTRADICTED, words=words))
                else:
                    asked.append((witness, _request(tx, size, newest), newest.size))
        return asked, ahead


def _request(tx: Transaction, old: int, newest: SignedCheckpoint) -> AddCheckpoint:
    try:
        proof = tx.ledger.consistency(old, newest.size)
    except NotProved as error:
        raise IntegrityBroken(f"The log in the database is damaged ({error}): run `dems ledger fsck`.") from error
    return AddCheckpoint(old, tuple(proof), newest.note)
