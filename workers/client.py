"""Sends jobs to the workers by name: the one module of `workers` that the API may import. It loads no task."""

from celery import Celery

from dems.model.requests import REQUEST_ID
from dems.ports import Job, JobKind
from dems.settings import BrokerSettings

VERIFY, UPKEEP, EXTRACT, EXTRACT_LARGE = "verify", "upkeep", "extract", "extract_large"
QUEUES = {
    JobKind.VERIFY: VERIFY,
    JobKind.VERIFY_MANY: VERIFY,
    JobKind.RECHECK: VERIFY,
    JobKind.EXPORT: VERIFY,
    JobKind.FINISH_COMPLETION: UPKEEP,
    JobKind.DISCARD_PARTS: UPKEEP,
    JobKind.EXTRACT: EXTRACT,
    JobKind.EXTRACT_MANY: EXTRACT,
    JobKind.EXTRACT_LARGE: EXTRACT_LARGE,
    JobKind.RENEW_CLOCKS: UPKEEP,
}
"""Reading whole files, which takes long, is kept apart from what keeps the rest going; what parses them, from both."""

REQUEST_HEADER = "dems_request_id"


def configured(broker: BrokerSettings, name: str) -> Celery:
    """A Celery application with our options, each for a reason."""
    app = Celery(name, broker=broker.url.get_secret_value())
    app.conf.update(
        # Only data crosses the broker, never pickled code.
        task_serializer="json",
        accept_content=["json"],
        # The database keeps what was found; the broker carries nudges only.
        task_ignore_result=True,
        result_backend=None,
        # A message is done when its work is, also when the process doing it dies: work is idempotent.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # A worker takes no message that another could be working on.
        worker_prefetch_multiplier=1,
        # Redis gives a message to another worker after this, while a long task still runs: its lease makes that harmless.
        broker_transport_options={
            "visibility_timeout": broker.visibility_timeout_seconds,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            "socket_keepalive": True,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_publish_retry=False,
        task_default_queue=UPKEEP,
        task_routes={kind.value: {"queue": queue} for kind, queue in QUEUES.items()},
        task_create_missing_queues=True,
        # Queues are lists and nudges; no events or remote control that would need more of the broker.
        worker_send_task_events=False,
        enable_utc=True,
        timezone="UTC",
        # Our own logging stays in place.
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return app


class Client:
    """Sends nudges. A failure to send is the caller's to log: the sweep finds the work."""

    def __init__(self, broker: BrokerSettings) -> None:
        self._app = configured(broker, "dems-client")
        # Somebody waits for the answer that follows a nudge: a frozen broker must not hold it up for long.
        self._app.conf.broker_transport_options = {**self._app.conf.broker_transport_options, "socket_timeout": 2}

    def nudge(self, job: Job) -> None:
        self._app.send_task(
            job.kind.value, args=[str(job.subject)], queue=QUEUES[job.kind], headers={REQUEST_HEADER: REQUEST_ID.get()}
        )

    def ping(self) -> None:
        """Raises what the transport raises when the broker does not answer within a few seconds."""
        with self._app.connection_for_write(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
            # Opening a channel asks the broker something, so one that is frozen is not taken for one that answers.
            _ = connection.default_channel
