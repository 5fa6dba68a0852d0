"""Messages through the real broker to a real worker process, which can be killed."""

import json
import os
import time
from collections.abc import Callable
from uuid import uuid4

from redis import Redis

from dems.bootstrap import Dems
from dems.model.requests import REQUEST_ID
from dems.ports import Job, JobKind, Page
from dems.settings import Settings
from tests.conftest import Owner, Team
from tests.faults.verifier import Verifier
from tests.workers.conftest import Worker, until
from tests.world import World
from workers.client import Client

Start = Callable[[], Worker]


def _sealed(owner: Owner, item: object) -> bool:
    return bool(owner(f"SELECT 1 FROM evidence WHERE id = '{item}' AND state = 'sealed'"))  # noqa: S608


def test_a_nudge_becomes_a_seal_and_a_lost_one_is_found(
    settings: Settings,
    dems: Dems,
    world: World,
    team: Team,
    as_owner: Owner,
    broker: Redis,
    start_worker: Start,
) -> None:
    """One worker for four things, since it takes seconds to start: nudge, request id, foreign message, lost nudge."""
    item = world.verifying(team.investigator, team.case, os.urandom(5000))
    lost = world.verifying(team.investigator, team.case, os.urandom(5000))
    client = Client(settings.broker)
    token = REQUEST_ID.set("request-11")
    for _ in range(2):
        client.nudge(Job(JobKind.VERIFY, item.id))
    REQUEST_ID.reset(token)
    message = json.loads(broker.lrange("verify", 0, 0)[0])
    assert message["content-type"] == "application/json"

    pickled = {
        **message,
        "content-type": "application/x-python-serialize",
        "headers": {**message["headers"], "id": str(uuid4())},
    }
    broker.rpush("verify", json.dumps(pickled))
    as_owner(f"UPDATE jobs SET nudged_at = NULL, due_at = due_at - interval '1 d' WHERE subject = '{lost.id}'")  # noqa: S608

    worker = start_worker()
    until(lambda: _sealed(as_owner, item.id))
    until(lambda: _sealed(as_owner, lost.id))  # a worker that starts sweeps at once
    chain = dems.custody.read.item(team.investigator.actor, item.id, Page(50))
    assert len(chain) == 4
    assert b'"request":"request-11"' in (chain[-1].detail or b"")
    until(lambda: "application/x-python-serialize" in worker.said())
    assert worker.process.poll() is None, "a message that it refuses does not end it"


def test_a_worker_killed_in_the_middle_of_a_file_is_followed_by_another(
    settings: Settings, dems: Dems, team: Team, as_owner: Owner, broker: Redis, start_worker: Start
) -> None:
    del broker
    content = os.urandom(1 << 20) * 20
    world = World(dems)
    item = world.verifying(team.investigator, team.case, content)
    job = f"SELECT leased_by, leased_until > now() AS held FROM jobs WHERE subject = '{item.id}'"  # noqa: S608
    first = start_worker()
    client = Client(settings.broker)
    until(lambda: "ready" in first.said())
    with dems.transaction() as tx:  # what it reads it cannot record before it is killed
        tx.evidence.get(item.id, for_update=True)
        client.nudge(Job(JobKind.VERIFY, item.id))
        until(lambda: any(row.held for row in as_owner(job)))
        first.kill()
    assert not _sealed(as_owner, item.id)
    assert as_owner(job)[0].held, "the dead worker's lease still runs"

    second = start_worker()
    until(lambda: "ready" in second.said())
    client.nudge(Job(JobKind.VERIFY, item.id))
    time.sleep(0.5)
    assert not _sealed(as_owner, item.id), "while the lease runs nobody else begins"
    as_owner(f"UPDATE jobs SET leased_until = now(), nudged_at = NULL WHERE subject = '{item.id}'")  # noqa: S608
    for due in dems.upkeep.sweep(at_most=10_000):
        client.nudge(due)
    until(lambda: _sealed(as_owner, item.id))
    [row] = as_owner(f"SELECT * FROM evidence WHERE id = '{item.id}'")  # noqa: S608
    assert dems.store.head(f"evidence/{item.id}/{item.upload_id}", row.version_id).lock.legal_hold
    Verifier(dems, as_owner).chains(team.case.id)
    acts = [
        json.loads(r.detail or b"{}")["act"] for r in dems.custody.read.item(team.investigator.actor, item.id, Page(9))
    ]
    assert acts.count("evidence.seal") == 1
