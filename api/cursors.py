"""Cursors of lists that are not in the order of one id: where the page before ended, so that the next goes on there."""

import base64
import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from dems.errors import Invalid

_MOST = 300

Limit = Annotated[int, Query(ge=1, le=500, description="At most so many items")]
After = Annotated[str | None, Query(max_length=_MOST, description="The `next` of the page before")]


def cursor(*parts: str | int) -> str:
    """What `parts_of` reads."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()


def id_cursor(last: UUID) -> str:
    """Of a list in the order of one id: where it goes on."""
    return base64.urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def parts_of(after: str | None, *kinds: type[str] | type[int]) -> tuple[Any, ...] | None:
    """The parts of a cursor, of these kinds; None for the first page. Raises `Invalid` for what is no cursor of the list."""
    if after is None:
        return None
    try:
        whole = after.encode("ascii") + b"=" * (-len(after) % 4)
        found = json.loads(base64.b64decode(whole, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or [type(part) for part in found] != list(kinds):
        raise not_a_cursor()
    return tuple(found)


def place_of(after: str | None) -> int:
    """Of a list in the order of a number: after which one it goes on, 0 for the first page. Raises `Invalid` as `parts_of` does."""
    (place,) = parts_of(after, int) or (0,)
    if place < 0:
        raise not_a_cursor()
    return int(place)


def not_a_cursor() -> Invalid:
    return Invalid("`after` is not a cursor of this list: use the `next` of the page before.", field="after")


def linked(request: Request, response: Response, limit: int, after: str | None) -> str | None:
    """Say in a header too where the list goes on."""
    if after is not None:
        url = request.url.include_query_params(after=after, limit=limit)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return after
