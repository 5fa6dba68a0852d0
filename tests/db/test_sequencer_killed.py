"""A sequencer that is killed between any two of its steps leaves nothing behind, and the next one goes on."""

import subprocess
import sys

from tests.db.test_sequencer import must_be_one_log
from tests.logbook import Chain, Logbook

KILLED = """
import os, signal, sys
from dems.db import sequencing
from dems.db.engine import connect
from dems.settings import DatabaseSettings

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def dying(owner, name, step):
    was = getattr(owner, name)
    def dies(*arguments):
        if step == name + " before":
            die()
        found = was(*arguments)
        if step == name + " after":
            die()
        return found
    setattr(owner, name, dies)

for step in sys.argv[2:]:
    child = os.fork()
    if not child:
        for name in ("gaps_of", "_those_before", "_leaf_rows", "_node_rows", "_append", "_integrate"):
            dying(sequencing, name, step)
        for name in ("extend_by_level", "root", "to_bytes"):
            dying(sequencing.Frontier, name, step)
        sequencing.Sequencer(connect(DatabaseSettings(), sys.argv[1])).integrate(3)
        die()
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, step
"""
STEPS = [
    *("_integrate before", "gaps_of after", "_those_before before", "_append before"),
    *("_leaf_rows after", "extend_by_level after", "_node_rows after", "root after", "to_bytes before"),
    *("_append after", "_integrate after"),
]


def test_a_sequencer_killed_at_any_step_leaves_one_log(book: Logbook) -> None:
    chain = Chain()
    entries = book.write(3, chain)
    url = book.sequencer.url.render_as_string(hide_password=False)

    def killed_at(*steps: str) -> None:
        subprocess.run([sys.executable, "-c", KILLED, url, *steps], check=True, timeout=240)  # noqa: S603 our own code

    killed_at(*STEPS)
    with book.transactions()() as tx:
        assert tx.ledger.waiting()[0] == 3
        assert tx.ledger.head() is None
    killed_at("committed")
    entries += book.write(2, chain)
    book.sequence()
    must_be_one_log(book, entries)
