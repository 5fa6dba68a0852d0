"""The one place where errors become HTTP: ``application/problem+json`` (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.bodies import KeyTwice
from dems import errors
from dems.errors import DemsError
from dems.model.requests import REQUEST_ID
from storage.errors import AccessRefused, StorageError, StoreFull
from storage.errors import StoreUnavailable as StoreDown

log = logging.getLogger(__name__)

STATUS: Mapping[type[Exception], int] = {
    errors.NotFound: 404,
    errors.NotPermitted: 403,
    errors.NotAuthenticated: 401,
    errors.TooManyFailures: 429,
    errors.TooManyDenials: 429,
    errors.Invalid: 422,
    errors.BadRequest: 400,
    errors.LengthRequired: 411,
    errors.TooLarge: 413,
    errors.Refused: 409,
    errors.SelfGrant: 403,
    errors.PreconditionRequired: 428,
    errors.PreconditionFailed: 412,
    errors.RangeNotSatisfiable: 416,
    errors.Incomplete: 400,
    errors.NoSpace: 507,
    errors.Overloaded: 503,
    errors.StoreNotTrusted: 503,
    errors.StoreUnavailable: 503,
    errors.LogBehind: 503,
    errors.DatabaseUnavailable: 503,
    errors.IntegrityBroken: 500,
    errors.LogRefused: 500,
    errors.NoLongerDue: 409,
    StoreDown: 503,
    StoreFull: 507,
    StorageError: 502,
}
"""By class; a class that is not here is answered as the nearest of its bases that is."""

TOO_LARGE = "The body is larger than a JSON body may be here. Evidence goes to PUT /v1/uploads/{id}/content."

TYPE_BASE = "urn:dems:problem:"
_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not permitted",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Refused by a rule",
    411: "Length required",
    412: "Precondition failed",
    413: "Too large",
    416: "Range not satisfiable",
    422: "Not valid",
    428: "Precondition required",
    429: "Too many failed attempts",
    500: "Internal error",
    502: "The store failed",
    503: "Try again later",
    507: "No space",
}

UNKNOWN = "There is no such thing, or you have no access to it."
"""All that a 404 says, whatever was asked for."""


class Problem(BaseModel):
    """A problem document (RFC 9457). Further members carry the error's data."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": True})

    type: str = Field(examples=["urn:dems:problem:case-closed"])
    title: str
    status: int
    detail: str = Field(description="One sentence that says what to do")
    instance: str = Field(description="The id of this request, as in the log")


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares that it may answer besides success."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {s: {"description": _TITLES[s], "content": content} for s in sorted({*statuses, 400, 422, 503})}


def status_of(error: type[Exception]) -> int:
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def document(
    status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **data: Any
) -> JSONResponse:
    body = {
        **jsonable_encoder(data),
        "type": TYPE_BASE + kind,
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "instance": f"urn:uuid:{REQUEST_ID.get()}",
    }
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


def kind_of(error: Exception) -> str:
    """The last word of the problem's type."""
    rule = getattr(error, "rule", None)
    if isinstance(rule, str) and rule != "refused":
        return rule
    name = type(error).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


async def _refused(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, DemsError):
        raise error
    too_many: DemsError | None = await request.app.state.denials.noted(request, status_of(type(error)))
    error = too_many or error
    status = status_of(type(error))
    if isinstance(error, errors.IntegrityBroken):
        log.critical("integrity_broken", extra={"kind": kind_of(error), **error.data})
    headers: dict[str, str] = {}
    retry_after = getattr(error, "retry_after", 5 if status in {503, 507} else None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == 401:  # noqa: PLR2004 HTTP's own number
        headers["WWW-Authenticate"] = 'Bearer realm="dems"'
    if isinstance(error, errors.RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.data['size']}"
    data = dict(error.data)
    source = getattr(error, "source", None)
    if source is not None:
        data["source"] = source
    if isinstance(error, errors.Refused):
        data["rule"] = error.rule
    # What is missing has a name of its own where it is looked for, and none where the permission is asked: told apart,
    # they would say of a thing behind a wall that it is there.
    message = UNKNOWN if isinstance(error, errors.NotFound) else error.message
    return document(status, kind_of(error), message, headers, **data)


async def _store_failed(_: Request, error: Exception) -> JSONResponse:
    status = status_of(type(error))
    log.error("store_failed", extra={"error": type(error).__name__, "message_text": str(error)})
    if isinstance(error, AccessRefused):
        return document(
            502, "store-misconfigured", "The object store refuses our credentials. An administrator must look."
        )
    detail = "The object store is full." if status == 507 else "The object store failed. Nothing is lost; try again."  # noqa: PLR2004
    return document(status, "store-unavailable", detail, {"Retry-After": "5"})


async def _not_valid(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    # What was sent is not repeated: it may be large, secret or not even text.
    found = [{"field": ".".join(str(p) for p in e["loc"]), "message": e["msg"]} for e in error.errors()[:50]]
    broken = any(e["type"] == "json_invalid" for e in error.errors())
    entries = [e for e in error.errors() if _of_manifest(e["loc"])]
    if entries:
        refused = errors.ManifestRefused([_in_manifest(e) for e in entries])
        return document(422, kind_of(refused), refused.message, **refused.data)
    detail = "The body is not JSON." if broken else "Some of what was sent is not valid: see `errors`."
    return document(422, "not-valid", detail, errors=_printable(found))


def _of_manifest(loc: Sequence[Any]) -> bool:
    """Whether an error is about one entry of a manifest: `body`, `items`, its position, the rest."""
    return len(loc) > 2 and loc[:2] == ("body", "items") and isinstance(loc[2], int)  # noqa: PLR2004


def _in_manifest(error: Mapping[str, Any]) -> dict[str, Any]:
    field = ".".join(str(p) for p in error["loc"][3:])
    return {"position": error["loc"][2], **_printable([{"field": field, "message": str(error["msg"])}])[0]}


def _printable(found: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{k: _shown(v) for k, v in e.items()} for e in found]


def _shown(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()[:300]


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    if isinstance(error, KeyTwice):
        detail = "The body says something twice, and only one of the two could count: see `field`. Say it once."
        return document(422, "key-twice", detail, field=_shown(error.key))
    if error.status_code == 405:  # noqa: PLR2004 HTTP's own number
        # The framework names the methods of the first route at this address only.
        headers["Allow"] = ", ".join(sorted(request.app.state.methods_at(request.url.path)))
    kinds = {404: "not-found", 408: "too-slow", 405: "method-not-allowed", 400: "bad-request", 413: "too-large"}
    details = {
        404: UNKNOWN,
        405: "This address does not know this method: see Allow.",
        408: "The body did not come in time. Send it again.",
        413: TOO_LARGE,
        400: "The body could not be read: send JSON in UTF-8 that is not nested too deeply.",
    }
    detail = details.get(error.status_code, str(error.detail))
    return document(error.status_code, kinds.get(error.status_code, "http-error"), detail, headers)


def bug(error: Exception, path: str) -> JSONResponse:
    """What is said of an error that nobody expected: only where to find it in the log."""
    log.critical("unexpected_error", exc_info=error, extra={"path": path[:200]})
    return document(500, "internal-error", "Something is wrong on our side. It was logged under the id in `instance`.")


def install(app: FastAPI) -> None:
    """Give the application its handlers."""
    app.add_exception_handler(DemsError, _refused)
    app.add_exception_handler(StorageError, _store_failed)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
