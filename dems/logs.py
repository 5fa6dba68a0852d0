"""Structured logs: one JSON object a line on standard error, with the request id, without secrets or personal data.

What is logged are event names and ids; `_REFUSED` is a net under that rule, not a licence.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from dems.model.requests import REQUEST_ID

_REFUSED = ("token", "secret", "password", "authorization", "email", "name", "reason", "description", "url")
_KEPT = {"job_name"}


def configure(level: str, *, process: str) -> None:
    """Send everything that any library logs through one formatter. `process` says which of ours it is."""

    def identified(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        if (request_id := REQUEST_ID.get()) is not None:
            event["request"] = request_id
        for key in list(event):
            if key not in _KEPT and any(word in key.lower() for word in _REFUSED):
                event[key] = "[withheld]"
        return event

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        identified,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These log requests with their queries, headers or bodies below warning.
    for noisy in (
        "botocore",
        "boto3",
        "urllib3",
        "httpx",
        "httpcore",
        "uvicorn.access",
        "sqlalchemy.engine",
        "alembic",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
