"""The tasks: each takes a nudge, calls one use case, and ends. What is due and to whom it belongs is the database's to say."""

import logging
from collections.abc import Callable
from uuid import UUID

from celery import Celery, Task

from dems.bootstrap import Dems
from dems.errors import DemsError, NoLongerDue
from dems.model.ids import EvidenceId, ExportId, UploadId
from dems.model.requests import REQUEST_ID
from dems.ports import Job, JobKind
from storage.errors import StorageError
from workers.client import REQUEST_HEADER

log = logging.getLogger(__name__)

VERIFY_LIMIT_SECONDS = 7 * 24 * 3600
"""No file is too big to hash, but nothing runs for ever: a 5 TiB file at 10 MB/s takes six days."""
UPKEEP_LIMIT_SECONDS = 3600
AT_ONCE = 500


def register(app: Celery, dems: Callable[[], Dems], nudge: Callable[[Job], None]) -> None:
    """Give the application, and no other of this process, its tasks. `dems` is called in the process that runs them."""

    def job(kind: JobKind, act: Callable[[UUID], object], limit: int) -> None:
        @app.task(name=kind.value, bind=True, shared=False, time_limit=limit)
        def run(self: Task[..., None], subject: str) -> None:
            _quietly(self, kind.value, lambda: act(UUID(subject)))

    job(JobKind.VERIFY, lambda s: dems().evidence.seal(EvidenceId(s)), VERIFY_LIMIT_SECONDS)
    job(JobKind.VERIFY_MANY, lambda _: dems().evidence.seal_many(), UPKEEP_LIMIT_SECONDS)
    job(JobKind.RECHECK, lambda s: dems().evidence.recheck(EvidenceId(s)), VERIFY_LIMIT_SECONDS)
    job(JobKind.EXPORT, lambda s: dems().exporting.make(ExportId(s)), VERIFY_LIMIT_SECONDS)
    job(JobKind.FINISH_COMPLETION, lambda s: dems().intake.finish_completion(UploadId(s)), UPKEEP_LIMIT_SECONDS)
    job(JobKind.DISCARD_PARTS, lambda s: dems().intake.discard_parts(UploadId(s)), UPKEEP_LIMIT_SECONDS)

    job(JobKind.EXTRACT, lambda s: dems().extraction.one(EvidenceId(s)), UPKEEP_LIMIT_SECONDS)
    job(JobKind.EXTRACT_MANY, lambda _: dems().extraction.many(), UPKEEP_LIMIT_SECONDS)
    job(JobKind.EXTRACT_LARGE, lambda s: dems().extraction.one(EvidenceId(s), large=True), UPKEEP_LIMIT_SECONDS)
    job(JobKind.RENEW_CLOCKS, lambda _: dems().timeliness.renew(), UPKEEP_LIMIT_SECONDS)

    def periodic(name: str, act: Callable[[Dems], object]) -> None:
        @app.task(name=name, bind=True, shared=False, time_limit=UPKEEP_LIMIT_SECONDS)
        def run(self: Task[..., None]) -> None:
            _quietly(self, name, lambda: act(dems()))

    def sweep(found: Dems) -> None:
        for due in found.upkeep.sweep(at_most=AT_ONCE):
            nudge(due)

    periodic("sweep", sweep)
    periodic("find_overdue_completions", lambda d: d.intake.find_overdue(at_most=AT_ONCE))
    periodic("find_forgotten", lambda d: _while_full(d.upkeep.find_forgotten))
    periodic("write_consultations", lambda d: _while_full(d.custody.write_consultations))
    periodic("place_events", lambda d: _while_full(d.events.place))
    periodic("expire_uploads", lambda d: _while_full(d.intake.expire))
    periodic("schedule_rechecks", lambda d: d.evidence.schedule_rechecks())
    periodic("extend_locks", lambda d: _while_full(d.upkeep.extend_locks))
    periodic("reconcile", lambda d: d.upkeep.reconcile())
    periodic("check_store", lambda d: d.upkeep.check_store())
    periodic("renew_findings", lambda d: d.findings.renew_old())
    periodic("renew_clocks_nightly", lambda d: d.timeliness.renew.due())
    periodic("remind", lambda d: d.timeliness.remind())
    periodic("cosign_log", lambda d: d.anchoring.cosign())
    periodic("stamp_log", lambda d: d.anchoring.stamp())
    periodic("check_log", lambda d: d.ledger.check())
    periodic("forget_old", lambda d: d.upkeep.forget_old())


def _quietly(task: "Task[..., None]", name: str, act: Callable[[], object]) -> None:
    """Run an act under its request's id. What was expected to go wrong is logged in one line; bugs are raised."""
    headers = task.request.headers or {}
    token = REQUEST_ID.set(headers.get(REQUEST_HEADER) or getattr(task.request, REQUEST_HEADER, None))
    try:
        act()
    except NoLongerDue:
        log.debug("task_no_longer_due", extra={"task": name})
    except (DemsError, StorageError) as error:
        log.warning("task_not_done", extra={"task": name, "error": type(error).__name__, "message_text": str(error)})
    finally:
        REQUEST_ID.reset(token)


def _while_full(act: Callable[..., int]) -> None:
    """Batch after batch while each is full, at most for a while: the next run goes on."""
    for _ in range(100):
        if act(at_most=AT_ONCE) < AT_ONCE:
            return
