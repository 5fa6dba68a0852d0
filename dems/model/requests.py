"""The id of the request that is being served, wherever in the code one is: it goes into logs, tasks and entries."""

from contextvars import ContextVar

REQUEST_ID: ContextVar[str | None] = ContextVar("dems_request_id", default=None)
