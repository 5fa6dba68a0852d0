"""Takes entries into the log and signs it, as its own processes do, in a thread beside the test."""

import threading
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import make_url

from dems.db.engine import connect
from dems.db.sequencing import Sequencer
from dems.db.transaction import DatabaseTransactions
from dems.engines import Connections
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.policy import Log, Policy
from dems.ledger.signing import cosign
from dems.ports.anchors import Anchor, AnchorKind
from dems.ports.ledger import SignedCheckpoint
from dems.settings import DatabaseSettings
from tests.ledger.signers import COURT, LOG, signed

SETTINGS = DatabaseSettings(pool_size=1)
POLICY = Policy.of([Log(LOG.key)]).to_bytes()


class KeptLog:
    """`catch_up` does it once; inside of `with` it goes on by itself."""

    def __init__(self, engines: Connections) -> None:
        sequencer, signer, application = (
            connect(SETTINGS, make_url(url).render_as_string(hide_password=False))
            for url in (engines.database_sequencer_url, engines.database_signer_url, engines.database_url)
        )
        self._engines = (sequencer, signer, application)
        self._sequencer = Sequencer(sequencer)
        self._anchoring = DatabaseTransactions(application, lambda: datetime.now(UTC), lambda _: None)
        self._signing = DatabaseTransactions(signer, lambda: datetime.now(UTC), lambda _: None)
        self.signs = True
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def catch_up(self) -> None:
        while self._sequencer.integrate():
            pass
        with self._signing() as tx:
            head, newest = tx.ledger.head(), tx.ledger.latest_checkpoint()
            if not self.signs or head is None or (newest is not None and newest.size >= head.size):
                return
            checkpoint, now = Checkpoint(LOG.name, head.size, head.root), datetime.now(UTC)
            signature = SignedCheckpoint(head.size, head.root, signed(checkpoint), LOG.key.to_text(), now)
            tx.ledger.add_signed(signature)

    def is_held(self) -> None:
        """A court cosigns the newest checkpoint, and an authority stamps it."""
        with self._anchoring() as tx:
            newest = tx.ledger.latest_checkpoint()
            assert newest is not None
            text = Checkpoint(LOG.name, newest.size, newest.root).to_text()
            line = cosign(text, COURT, int(newest.at.timestamp())).to_line().encode()
            tx.anchors.add(Anchor(newest.size, AnchorKind.COSIGNATURE, COURT.key.to_text(), line, newest.at))
            tx.anchors.add(Anchor(newest.size, AnchorKind.TIMESTAMP, "authority", b"a token", newest.at))

    def __enter__(self) -> Self:
        self._over.clear()
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        assert self._thread is not None
        self._thread.join(120)

    def close(self) -> None:
        for engine in self._engines:
            engine.dispose()

    def _go_on(self) -> None:
        while not self._over.wait(0.02):
            self.catch_up()
