"""Whether one checkpoint of a log may follow another: what a signer and a witness ask before they sign.

RFC 9162 defines no consistency proof from the empty tree; every tree begins with it. C2SP tlog-witness therefore takes
an empty proof from size 0 (and from no checkpoint at all), and nothing else.
"""

from collections.abc import Sequence

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import shown
from dems.ledger.invalid import Contradicted
from dems.ledger.verification import verify_consistency


def verify_succession(held: Checkpoint | None, offered: Checkpoint, proof: Sequence[bytes]) -> None:
    """Check that `offered` goes on from `held`, the last checkpoint that the asker knows; None when it knows none.

    Raises `Contradicted` when the log went back, forked or is another log, or when the proof does not show that it did
    not. A checkpoint of the same size follows only if it has the same root, and then needs no proof.
    """
    if held is not None and held.origin != offered.origin:
        raise Contradicted(f"this checkpoint is of the log {shown(offered.origin)}, not of {shown(held.origin)}")
    if held is None or held.size == 0:
        if proof:
            raise Contradicted("from the empty tree there is nothing to prove")
        return
    if offered.size < held.size:
        raise Contradicted(f"the log went back from {held.size} leaves to {offered.size}")
    verify_consistency(held.size, offered.size, held.root, offered.root, proof)
