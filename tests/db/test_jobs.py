"""Due work and its leases, by the database's clock, with real threads."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import NoLongerDue
from dems.ports import Job, JobKind, Lease, Transaction
from tests.conftest import Sent

Run = Callable[[str], list[Any]]
LEASE = timedelta(seconds=300)


@pytest.fixture
def job(as_owner: Run) -> Iterator[Job]:
    made = Job(JobKind.VERIFY, uuid4())
    yield made
    as_owner(f"DELETE FROM jobs WHERE subject = '{made.subject}'")  # noqa: S608


def _due(dems: Dems, job: Job, after: timedelta = timedelta(0)) -> None:
    with dems.transaction() as tx:
        tx.jobs.due(job, after=after)


def _claim(dems: Dems, job: Job) -> Lease:
    with dems.transaction() as tx:
        return tx.jobs.claim(job, LEASE)


def _row(as_owner: Run, job: Job) -> Any:
    [row] = as_owner(f"SELECT *, leased_until - now() AS left FROM jobs WHERE subject = '{job.subject}'")  # noqa: S608
    return row


def test_asking_twice_makes_one_job(dems: Dems, job: Job, sent: Sent, as_owner: Run) -> None:
    _due(dems, job)
    _due(dems, job)
    assert sent.jobs == [job, job]
    assert _row(as_owner, job).attempts == 0


def test_what_is_due_later_is_neither_nudged_nor_claimed(dems: Dems, job: Job, sent: Sent) -> None:
    _due(dems, job, timedelta(hours=1))
    assert sent.jobs == []
    with pytest.raises(NoLongerDue):
        _claim(dems, job)
    assert job not in dems.upkeep.sweep(at_most=10_000)


def test_a_job_is_in_one_workers_hands(dems: Dems, job: Job) -> None:
    _due(dems, job)
    barrier = threading.Barrier(6)
    got: list[Lease | None] = []

    def work() -> None:
        barrier.wait()
        try:
            got.append(_claim(dems, job))
        except NoLongerDue:
            got.append(None)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([g for g in got if g is not None]) == 1


def test_a_lease_that_ran_out_goes_to_another_and_the_first_can_do_no_more(dems: Dems, job: Job, as_owner: Run) -> None:
    _due(dems, job)
    first = _claim(dems, job)
    assert first.attempts == 1
    assert timedelta(seconds=200) < _row(as_owner, job).left <= LEASE
    as_owner(f"UPDATE jobs SET leased_until = now() - interval '1 ms' WHERE subject = '{job.subject}'")  # noqa: S608
    second = _claim(dems, job)
    assert second.attempts == 2
    assert second.by != first.by
    late_acts: list[Callable[[Transaction], None]] = [
        lambda tx: tx.jobs.renew(first, LEASE),
        lambda tx: tx.jobs.finish(first),
        lambda tx: tx.jobs.put_back(first, "late", timedelta(0)),
    ]
    for late in late_acts:
        with pytest.raises(NoLongerDue, match="lost"), dems.transaction() as tx:
            late(tx)
    assert _row(as_owner, job).leased_by == second.by
    with dems.transaction() as tx:
        tx.jobs.finish(second)
    with pytest.raises(NoLongerDue):
        _claim(dems, job)


def test_a_lease_that_ran_out_and_that_nobody_took_can_be_renewed(dems: Dems, job: Job, as_owner: Run) -> None:
    _due(dems, job)
    lease = _claim(dems, job)
    as_owner(f"UPDATE jobs SET leased_until = now() - interval '1 h' WHERE subject = '{job.subject}'")  # noqa: S608
    with dems.transaction() as tx:
        tx.jobs.renew(lease, LEASE)
    assert _row(as_owner, job).left > timedelta(seconds=200)


def test_what_is_put_back_waits_and_says_why(dems: Dems, job: Job, as_owner: Run) -> None:
    _due(dems, job)
    lease = _claim(dems, job)
    with dems.transaction() as tx:
        tx.jobs.put_back(lease, "x" * 600, timedelta(seconds=200))
    row = _row(as_owner, job)
    assert (row.leased_by, row.leased_until, row.nudged_at, len(row.problem)) == (None, None, None, 500)
    with pytest.raises(NoLongerDue):
        _claim(dems, job)
    as_owner(f"UPDATE jobs SET due_at = now() WHERE subject = '{job.subject}'")  # noqa: S608
    assert job in dems.upkeep.sweep(at_most=10_000)
    assert _claim(dems, job).attempts == 2


def test_what_fails_while_finishing_stays_due(dems: Dems, job: Job, as_owner: Run) -> None:
    _due(dems, job)
    lease = _claim(dems, job)
    with pytest.raises(ZeroDivisionError), dems.transaction() as tx:  # noqa: PT012
        tx.jobs.finish(lease)
        raise ZeroDivisionError
    assert _row(as_owner, job).leased_by == lease.by


def test_the_sweep_names_the_oldest_first_and_none_that_is_held_or_was_named_just_now(
    dems: Dems, as_owner: Run
) -> None:
    jobs = [Job(JobKind.RECHECK, uuid4()) for _ in range(5)]
    for age, one in enumerate(jobs):
        _due(dems, one)
        as_owner(
            f"UPDATE jobs SET due_at = now() - interval '{100 + age} d', nudged_at = NULL WHERE subject = '{one.subject}'"  # noqa: S608
        )
    _claim(dems, jobs[1])
    as_owner(f"UPDATE jobs SET nudged_at = now() WHERE subject = '{jobs[2].subject}'")  # noqa: S608
    ours = {j.subject for j in jobs}
    assert [j for j in dems.upkeep.sweep(at_most=10_000) if j.subject in ours] == [jobs[4], jobs[3], jobs[0]]
    assert not [j for j in dems.upkeep.sweep(at_most=10_000) if j.subject in ours]
    as_owner("UPDATE jobs SET nudged_at = now() - interval '61 s' WHERE due_at < now() - interval '90 d'")
    assert dems.upkeep.sweep(at_most=1) == [jobs[4]]
    subjects = ", ".join(f"'{s}'" for s in ours)
    as_owner(f"DELETE FROM jobs WHERE subject IN ({subjects})")  # noqa: S608


def test_two_sweeps_at_once_name_each_job_once(dems: Dems, job: Job) -> None:
    _due(dems, job)
    with dems.transaction() as one:
        found = one.jobs.to_nudge(10_000, timedelta(seconds=-1))
        assert job in found
        assert job not in dems.upkeep.sweep(at_most=10_000)
