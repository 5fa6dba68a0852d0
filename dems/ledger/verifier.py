"""What an offline verifier says of chains, proofs and checkpoints: one finding for each check, and a verdict.

Pure: bytes in, findings out. Reading packages, showing findings and asking for the time are the caller's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from uuid import UUID

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.entry import Entry, Following
from dems.ledger.invalid import Contradicted, LedgerInvalid, NotProved
from dems.ledger.judgement import Judgement, judge
from dems.ledger.policy import Policy
from dems.ledger.tlogproof import TlogProof

_NO_ENTRY = "there is no entry"
_MOST_TREES = 100
"""Remembered, of one chain: a package has one."""


class Verdict(StrEnum):
    """What a check came to.

    `NOT_PROVED` means that something is absent, `FALSE` that something does not hold, and `REFUSED` that there was nothing that
    could be checked, so that nothing is said of any evidence.
    """

    PROVED = "proved"
    NOT_PROVED = "not proved"
    FALSE = "false"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its stable name, what it came to, and a sentence on why."""

    check: str
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class Presented:
    """An entry of a chain as a package holds it, with its ``.tlog-proof`` where there is one."""

    entry: Entry
    proof: bytes | None


def checked(check: str, question: Callable[[], str]) -> Finding:
    """Ask a question that answers with a sentence, or raises `LedgerInvalid` with another."""
    try:
        return Finding(check, Verdict.PROVED, question())
    except NotProved as error:
        return Finding(check, Verdict.NOT_PROVED, str(error))
    except LedgerInvalid as error:
        return Finding(check, Verdict.FALSE, str(error))


def overall(findings: Iterable[Finding]) -> Verdict:
    """The worst of the verdicts. Where nothing was checked, nothing is proved."""
    verdicts = {finding.verdict for finding in findings}
    for worst in (Verdict.FALSE, Verdict.REFUSED):
        if worst in verdicts:
            return worst
    return Verdict.PROVED if verdicts == {Verdict.PROVED} else Verdict.NOT_PROVED


def check_chain(presented: Iterable[Presented], policy: Policy, *, chain: UUID | None = None) -> list[Finding]:
    """All that can be said of one chain: the chain itself, then log, witnesses and place in the log of each entry.

    Each entry is looked at once and forgotten, so a chain takes no more memory for being long. It does not say that the chain
    is whole at its end: that is for the entry that an export makes.
    """
    following, judged, trees = Following(chain), _Judged(policy), _Trees()
    whole = Finding("chain", Verdict.PROVED, "")
    log, witnesses, inclusion, one_log = (_OfEach(check) for check in ("log", "witnesses", "inclusion", "one-log"))
    signers: dict[str, None] = {}
    count = withheld = 0
    for count, one in enumerate(presented, start=1):
        withheld += one.entry.detail is None
        if whole.verdict is Verdict.PROVED:
            whole = checked("chain", partial(_follows, following, one.entry))
        read = judged.of(one)
        if isinstance(read, Finding):
            for each in (log, witnesses, inclusion):
                each.note(count, read)
            if one.proof is not None:
                one_log.note(count, read)
            continue
        proof, judgement = read
        signers[judgement.signer] = None
        witnesses.note(count, checked("witnesses", partial(_with_quorum, judgement)))
        inclusion.note(count, checked("inclusion", partial(_included, proof, one.entry.leaf, judgement)))
        one_log.note(count, checked("one-log", partial(trees.add, judgement.checkpoint)))
    if whole.verdict is Verdict.PROVED and count:
        told = f", detail withheld: {withheld}" if withheld else ""
        words = f"{count} entries follow one another from the first on without a gap{told}"
        whole = Finding("chain", Verdict.PROVED, words)
    elif not count:
        whole = Finding("chain", Verdict.NOT_PROVED, _NO_ENTRY)
    return [
        whole,
        log.finding(f"{' and '.join(signers)} signed the checkpoint of every entry", count),
        witnesses.finding("a quorum of witnesses cosigned the checkpoint of every entry", count),
        inclusion.finding("every entry is in the tree of its checkpoint", count),
        one_log.worst or checked("one-log", trees.one),
    ]


def _follows(following: Following, entry: Entry) -> str:
    following.take(entry)
    return ""


def _with_quorum(judgement: Judgement) -> str:
    judgement.require_quorum()
    return ""


def _included(proof: TlogProof, leaf: bytes, judgement: Judgement) -> str:
    proof.verify_inclusion(leaf, judgement)
    return ""


@dataclass(slots=True)
class _OfEach:
    """What a check of each entry came to: the first that does not hold, else the first for which something is absent."""

    check: str
    worst: Finding | None = None

    def note(self, place: int, found: Finding) -> None:
        """`found` is what the check of the entry at this place (from 1) came to."""
        if found.verdict is Verdict.PROVED or (self.worst and found.verdict is not Verdict.FALSE):
            return
        if self.worst is None or self.worst.verdict is not Verdict.FALSE:
            self.worst = Finding(self.check, found.verdict, f"entry {place}: {found.words}")

    def finding(self, when_proved: str, count: int) -> Finding:
        if self.worst is not None:
            return self.worst
        if not count:
            return Finding(self.check, Verdict.NOT_PROVED, _NO_ENTRY)
        return Finding(self.check, Verdict.PROVED, when_proved)


class _Judged:
    """Proofs with what the policy says of their checkpoints. Neighbours mostly share theirs: the last one is judged once."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._last: tuple[bytes, Judgement | Finding] | None = None

    def of(self, one: Presented) -> tuple[TlogProof, Judgement] | Finding:
        """The entry's proof and the judgement on its checkpoint; a finding where one of them is not to be had."""
        if one.proof is None:
            return Finding("log", Verdict.NOT_PROVED, "its proof is not there")
        try:
            proof = TlogProof.from_bytes(one.proof)
        except LedgerInvalid as error:
            return Finding("log", Verdict.FALSE, str(error))
        if self._last is None or self._last[0] != proof.checkpoint:
            self._last = proof.checkpoint, self._judgement(proof.checkpoint)
        judgement = self._last[1]
        return judgement if isinstance(judgement, Finding) else (proof, judgement)

    def _judgement(self, checkpoint: bytes) -> Judgement | Finding:
        try:
            return judge(checkpoint, self._policy)
        except NotProved as error:
            return Finding("log", Verdict.NOT_PROVED, str(error))
        except LedgerInvalid as error:
            return Finding("log", Verdict.FALSE, str(error))


class _Trees:
    """The signed trees that proofs are of. Two of one size with two roots are a fork; of two sizes, nothing shows that they agree."""

    def __init__(self) -> None:
        self._roots: dict[tuple[str, int], bytes] = {}

    def add(self, tree: Checkpoint) -> str:
        """Raises `Contradicted` for a fork. Beyond `_MOST_TREES` it is settled that they are not of one."""
        key = tree.origin, tree.size
        known = self._roots.get(key)
        if known is None and len(self._roots) <= _MOST_TREES:
            self._roots[key] = tree.root
        if known not in {None, tree.root}:
            raise Contradicted(f"the log signed two different trees of {tree.size} leaves")
        return ""

    def one(self) -> str:
        count = len(self._roots)
        if count != 1:
            many = f"more than {_MOST_TREES}" if count > _MOST_TREES else f"{count}"
            raise NotProved(f"the proofs are of {many} checkpoints, and nothing shows that they are of one tree")
        return "all proofs are of one tree"
