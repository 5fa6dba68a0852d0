"""What is due, and in whose hands. Times of leases are the database's, so that hosts need not agree on theirs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, Runner, chunks
from dems.db.tables import evidence, jobs
from dems.errors import NoLongerDue
from dems.model.evidence import EvidenceState
from dems.model.ids import EvidenceId
from dems.ports import Job, JobKind, Lease

_now = func.clock_timestamp()
_free = or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < _now)


class JobRows(Rows):
    def __init__(self, tx: Runner, nudges: list[Job]) -> None:
        super().__init__(tx)
        self._nudges = nudges

    def due(self, job: Job, *, after: timedelta = timedelta(0)) -> None:
        values = {"kind": job.kind.value, "subject": job.subject, "due_at": _now + after}
        if not after:
            values["nudged_at"] = _now
            self._nudges.append(job)
        self._tx.execute(upsert(jobs).values(values).on_conflict_do_nothing())

    def due_many(self, jobs_due: Sequence[Job], nudges: Sequence[Job]) -> None:
        rows = [{"kind": j.kind.value, "subject": j.subject, "due_at": _now, "nudged_at": _now} for j in jobs_due]
        for some in chunks(rows):
            self._tx.execute(upsert(jobs).values(list(some)).on_conflict_do_nothing())
        self._nudges.extend(nudges)

    def claim_small(
        self, kind: JobKind, most_bytes: int, limit: int, lease: timedelta, *, untried: bool = False
    ) -> list[Lease]:
        by = uuid4().hex
        which = [jobs.c.kind == kind.value, _free, jobs.c.due_at <= _now, evidence.c.size <= most_bytes]
        if untried:
            which.append(jobs.c.attempts == 0)
        waiting = (
            select(jobs.c.kind, jobs.c.subject)
            .join(evidence, evidence.c.id == jobs.c.subject)
            .where(*which)
            .order_by(jobs.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=jobs)
            .cte("waiting")
        )
        statement = (
            update(jobs)
            .where(jobs.c.kind == waiting.c.kind, jobs.c.subject == waiting.c.subject)
            .values(leased_by=by, leased_until=_now + lease, attempts=jobs.c.attempts + 1)
            .returning(jobs.c.subject, jobs.c.attempts)
        )
        rows = self._tx.execute(statement)
        return [Lease(Job(kind, UUID(str(r.subject))), by, r.attempts) for r in rows]

    def still_held(self, leases: Sequence[Lease]) -> set[UUID]:
        statement = select(jobs.c.subject).where(_any_of(leases)).order_by(jobs.c.subject).with_for_update()
        return {UUID(str(r.subject)) for r in self._tx.execute(statement)}

    def renew_many(self, leases: Sequence[Lease], duration: timedelta) -> None:
        statement = update(jobs).where(_any_of(leases))
        self._tx.execute(statement.values(leased_until=_now + duration))

    def finish_many(self, leases: Sequence[Lease]) -> None:
        self._tx.execute(delete(jobs).where(_any_of(leases)))

    def claim(self, job: Job, lease: timedelta) -> Lease:
        by = uuid4().hex
        statement = (
            update(jobs)
            .where(_is(job), _free, jobs.c.due_at <= _now)
            .values(leased_by=by, leased_until=_now + lease, attempts=jobs.c.attempts + 1)
        )
        row = self._tx.execute(statement.returning(jobs.c.attempts, jobs.c.problem)).first()
        if row is None:
            raise NoLongerDue(f"{job.kind.value} of {job.subject} is done, not yet due, or in other hands.")
        return Lease(job, by, row.attempts, row.problem)

    def renew(self, lease: Lease, duration: timedelta) -> None:
        statement = (
            update(jobs).where(_is(lease.job), jobs.c.leased_by == lease.by).values(leased_until=_now + duration)
        )
        self._held(lease, self._tx.execute(statement).rowcount)

    def finish(self, lease: Lease) -> None:
        statement = delete(jobs).where(_is(lease.job), jobs.c.leased_by == lease.by)
        self._held(lease, self._tx.execute(statement).rowcount)

    def put_back(
        self, lease: Lease, problem: str, after: timedelta, *, as_kind: JobKind | None = None, counted: bool = True
    ) -> None:
        statement = (
            update(jobs)
            .where(_is(lease.job), jobs.c.leased_by == lease.by)
            .values(
                kind=(as_kind or lease.job.kind).value,
                leased_by=None,
                leased_until=None,
                nudged_at=None,
                due_at=_now + after,
                problem=problem[:500],
                attempts=jobs.c.attempts - (0 if counted else 1),
            )
        )
        self._held(lease, self._tx.execute(statement).rowcount)

    def drop(self, job: Job) -> bool:
        return self._tx.execute(delete(jobs).where(_is(job))).rowcount > 0

    def to_nudge(self, limit: int, again_after: timedelta) -> list[Job]:
        """The oldest jobs that nobody holds and that were not nudged lately; marks them as nudged."""
        waiting = (
            select(jobs.c.kind, jobs.c.subject)
            .where(jobs.c.due_at <= _now, _free, or_(jobs.c.nudged_at.is_(None), jobs.c.nudged_at < _now - again_after))
            .order_by(jobs.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        found = [Job(JobKind(r.kind), UUID(str(r.subject))) for r in self._tx.execute(waiting)]
        for job in found:
            self._tx.execute(update(jobs).where(_is(job)).values(nudged_at=_now))
        return found

    def not_nudged(self, unsent: list[Job]) -> None:
        """Their nudges were lost: the next sweep is to send them."""
        for job in unsent:
            self._tx.execute(update(jobs).where(_is(job)).values(nudged_at=None))

    def forgotten(self, limit: int) -> list[EvidenceId]:
        due = exists().where(jobs.c.kind == JobKind.VERIFY.value, jobs.c.subject == evidence.c.id)
        statement = select(evidence.c.id).where(evidence.c.state == EvidenceState.VERIFYING.value, ~due)
        return [EvidenceId(r.id) for r in self._tx.execute(statement.limit(limit))]

    def backlog(self) -> Mapping[JobKind, tuple[int, float]]:
        age = func.extract("epoch", _now - func.min(jobs.c.due_at))
        statement = select(jobs.c.kind, func.count().label("waiting"), age.label("age")).where(jobs.c.due_at <= _now)
        rows = self._tx.execute(statement.group_by(jobs.c.kind))
        return {JobKind(r.kind): (int(r.waiting), float(r.age)) for r in rows}

    @staticmethod
    def _held(lease: Lease, rows: int) -> None:
        if rows == 0:
            raise NoLongerDue(f"The lease on {lease.job.kind.value} of {lease.job.subject} was lost.")


def _any_of(leases: Sequence[Lease]) -> ColumnElement[bool]:
    """Jobs of one claim: their kind and holder are one."""
    return and_(
        jobs.c.kind == leases[0].job.kind.value,
        jobs.c.leased_by == leases[0].by,
        jobs.c.subject.in_([le.job.subject for le in leases]),
    )


def _is(job: Job) -> ColumnElement[bool]:
    return and_(jobs.c.kind == job.kind.value, jobs.c.subject == job.subject)
