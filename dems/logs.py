"""Structured logs: one JSON object a line on standard error, with the request id, without secrets or personal data.

What is logged are event names and ids; `_REFUSED` is a net under that rule, not a licence.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from dems.model.requests import REQUEST_ID

_REFUSED = ("token", "secret", "password", "authorization", "email", "name", "reason", "description", "url")
_KEPT = {"job_name"}
_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class _OneObject(logging.Formatter):
    """`process` says which of ours it is."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {"event": record.getMessage()}
        if record.stack_info:
            event["stack_info"] = record.stack_info
        event["level"] = record.levelname.lower()
        event |= {key: value for key, value in vars(record).items() if key not in _OF_EVERY_RECORD}
        event["timestamp"] = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
        event["process"] = self._process
        if (request_id := REQUEST_ID.get()) is not None:
            event["request"] = request_id
        for key in event:
            if key not in _KEPT and any(word in key.lower() for word in _REFUSED):
                event[key] = "[withheld]"
        if record.exc_info and record.exc_info[0] is not None:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str)


def configure(level: str, *, process: str) -> None:
    """Send everything that any library logs through one formatter. `process` says which of ours it is."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneObject(process))
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
