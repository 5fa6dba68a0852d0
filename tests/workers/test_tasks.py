"""Which tasks there are, where they go, and what a task makes of what its use case raises."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery

from dems.bootstrap import Dems
from dems.errors import NotFound
from dems.model.evidence import EvidenceState
from dems.model.requests import REQUEST_ID
from dems.ports import Job, JobKind, Page
from dems.settings import Settings
from tests.conftest import Sent, Team
from tests.world import World
from workers.client import QUEUES, REQUEST_HEADER, UPKEEP, VERIFY, Client, configured
from workers.schedule import schedule
from workers.tasks import _while_full, register


@pytest.fixture
def app(settings: Settings, dems: Dems, sent: Sent) -> Celery:
    made = configured(settings.broker, "tests")
    register(made, lambda: dems, sent)
    return made


def _queue(app: Celery, name: str) -> str:
    """Where a message sent by name goes, as Celery's own router says."""
    return str(app.amqp.router.route({}, name)["queue"].name)


def test_every_kind_of_job_has_a_task_on_a_queue_that_workers_consume(app: Celery) -> None:
    for kind in JobKind:
        assert kind.value in app.tasks
        assert _queue(app, kind.value) == QUEUES[kind]
    assert {VERIFY, UPKEEP} == {"verify", "upkeep"}
    assert set(QUEUES.values()) == {VERIFY, UPKEEP, "extract", "extract_large"}


def test_everything_on_the_clock_has_a_task_and_every_task_a_reason(app: Celery, settings: Settings) -> None:
    table = schedule(settings)
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == set(table) | {k.value for k in JobKind}
    for name, entry in table.items():
        assert entry["task"] == name
        assert _queue(app, name) == entry["options"]["queue"] == UPKEEP
        assert entry["options"]["expires"] >= 60
    assert all(app.tasks[name].time_limit for name in ours), "nothing runs for ever"


def test_only_json_crosses_the_broker(app: Celery, settings: Settings) -> None:
    for one in (app, configured(settings.broker, "client")):
        assert (one.conf.task_serializer, one.conf.accept_content) == ("json", ["json"])
        assert one.conf.task_acks_late
        assert one.conf.task_reject_on_worker_lost
        assert one.conf.worker_prefetch_multiplier == 1
        assert one.conf.task_ignore_result


def test_a_message_delivered_twice_is_harmless(app: Celery, world: World, team: Team, dems: Dems) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    for _ in range(2):
        app.tasks["verify"].apply(args=(str(item.id),)).get()
    assert dems.evidence.look_up.one(team.investigator.actor, item.id)[0].state is EvidenceState.SEALED
    assert len(dems.custody.read.item(team.investigator.actor, item.id, Page(50))) == 4


def test_the_request_of_the_nudge_is_in_the_entry(app: Celery, world: World, team: Team, dems: Dems) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    app.tasks["verify"].apply(args=(str(item.id),), headers={REQUEST_HEADER: "request-9"}).get()
    assert REQUEST_ID.get() is None
    last = dems.custody.read.item(team.investigator.actor, item.id, Page(50))[-1]
    assert b'"request":"request-9"' in (last.detail or b"")


def test_a_sweep_sends_what_was_lost(
    app: Celery, world: World, team: Team, sent: Sent, as_owner: Callable[[str], Any]
) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    sent.jobs.clear()
    as_owner(f"UPDATE jobs SET nudged_at = NULL, due_at = due_at - interval '1 d' WHERE subject = '{item.id}'")  # noqa: S608
    app.tasks["sweep"].apply().get()
    assert Job(JobKind.VERIFY, item.id) in sent.jobs


def test_what_was_expected_to_go_wrong_is_one_line_and_a_bug_is_raised(
    app: Celery, dems: Dems, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = uuid4()
    app.tasks["verify"].apply(args=(str(unknown),)).get()
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]
    with dems.transaction() as tx:
        tx.jobs.due(Job(JobKind.VERIFY, unknown))
    app.tasks["verify"].apply(args=(str(unknown),)).get()
    [line] = [r for r in caplog.records if r.message == "task_not_done"]
    assert line.__dict__["error"] == NotFound.__name__
    with pytest.raises(ValueError, match="badly formed"):
        app.tasks["verify"].apply(args=("not an id",)).get()


ON_THE_CLOCK = [
    "find_overdue_completions",
    "find_forgotten",
    "write_consultations",
    "expire_uploads",
    "schedule_rechecks",
    "extend_locks",
    "reconcile",
    "renew_clocks_nightly",
    "remind",
    "forget_old",
]


@pytest.mark.parametrize("name", ON_THE_CLOCK)
def test_what_is_on_the_clock_runs(app: Celery, name: str) -> None:
    app.tasks[name].apply().get()


def test_full_batches_go_on_and_not_for_ever() -> None:
    calls: list[int] = []

    def some(*, at_most: int) -> int:
        calls.append(at_most)
        return at_most if len(calls) < 3 else at_most - 1

    _while_full(some)
    assert calls == [500] * 3
    calls.clear()
    _while_full(lambda at_most: calls.append(at_most) or at_most)  # type: ignore[func-returns-value]
    assert len(calls) == 100


def test_a_client_knows_whether_the_broker_answers(settings: Settings) -> None:
    Client(settings.broker).ping()
