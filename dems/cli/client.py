"""DEMS over HTTP, for the client commands: who and where from DEMS_URL and DEMS_TOKEN, errors as one sentence."""

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from dems.cli.screen import Failed, shown

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_TIMES = httpx.Timeout(60, connect=10)
_SUCCESSES = range(200, 300)


def _trust(url: str, here: bool) -> ssl.SSLContext | bool:
    """The usual authorities. Reading them takes a tenth of a second, which plain HTTP to this machine has no use for."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if here and url.lower().startswith("http:") else True


class Misused(Failed):
    """The command was called in a way that cannot work; the exit code is 2."""


class Unreachable(Failed):
    """Nothing answers, or the connection broke off."""


class Problem(Failed):
    """DEMS said no: `status`, the last word of the problem's `type`, and its data."""

    def __init__(self, status: int, kind: str, detail: str, data: Mapping[str, Any], retry_after: float | None) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.data = data
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """Whether the same request may well succeed later."""
        return self.status >= 500 or self.kind in {"busy", "incomplete"}  # noqa: PLR2004


class Client:
    """One connection to DEMS. Raises `Unreachable` and `Problem`."""

    def __init__(self, url: str, token: str, *, given_by: str = "DEMS_URL") -> None:
        """`given_by` is what a person should look at when nothing answers there."""
        self.url = url.rstrip("/")
        self._token = token
        self._given_by = given_by
        here = _host(self.url) in _LOOPBACK
        try:
            self._http = httpx.Client(
                base_url=self.url, timeout=_TIMES, trust_env=not here, verify=_trust(self.url, here)
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise _no_address(url) from error
        self._http.headers["User-Agent"] = "dems-cli"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, *, token: str | None = None, **params: Any) -> dict[str, Any]:
        return self.request("GET", path, token=token, params=params)

    def post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.request("POST", path, json=body, headers=headers)

    def request(
        self, method: str, path: str, *, token: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> dict[str, Any]:
        """One request and its JSON answer, empty where there is none."""
        sent = {**_bearer(token or self._token), **(headers or {})}
        try:
            answer = self._http.request(method, path, headers=sent, **more)
        except httpx.HTTPError as error:
            raise self.unreachable(error) from error
        check(answer)
        if not answer.content:
            return {}
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Failed(f"What answers at {self.url} is not DEMS: see that {self._given_by} is right.")
        return found

    def read(self, path: str, *, most: int) -> bytes:
        """The bytes that a request is answered with. Raises `Failed` where there are more than `most`."""
        found = bytearray()
        try:
            with self.stream(path, {}) as answer:
                if not answer.is_success:
                    answer.read()
                    check(answer)
                for block in answer.iter_bytes():
                    found += block
                    if len(found) > most:
                        raise Failed(f"What {self.url}{path} answers with is too long: see that DEMS_URL is right.")
        except httpx.HTTPError as error:
            raise self.unreachable(error) from error
        return bytes(found)

    def stream(self, path: str, headers: Mapping[str, str]) -> Any:
        """A context manager giving an `httpx.Response` whose bytes are still to come."""
        return self._http.stream("GET", path, headers={**_bearer(self._token), **headers})

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a paged list."""
        after: dict[str, Any] = {}
        while True:
            page = self.get(path, limit=500, **after, **params)
            yield from page["items"]
            if page["next"] is None:
                return
            after = {"after": page["next"]}

    def case(self, which: str) -> dict[str, Any]:
        """A case by its id or its reference."""
        if (case_id := as_uuid(which)) is not None:
            return self.get(f"/v1/cases/{case_id}")
        found = self.get("/v1/cases", reference=which)["items"]
        if not found:
            raise Failed(f"There is no case {shown(which)}, or you have no access to it.")
        case: dict[str, Any] = found[0]
        return case

    def unreachable(self, error: httpx.HTTPError) -> Unreachable:
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return Unreachable(
                f"Nothing answers at {self.url}: see that DEMS runs there and that {self._given_by} is right."
            )
        return Unreachable(f"The connection to {self.url} broke off ({type(error).__name__}): try again.")


def connect(*, as_anyone: bool = False) -> Client:
    """As DEMS_URL and DEMS_TOKEN say. Raises `Misused` where one is missing; `as_anyone` the token may be."""
    url, token = os.environ.get("DEMS_URL", "").strip(), os.environ.get("DEMS_TOKEN", "").strip()
    if not url:
        raise Misused("Set DEMS_URL to the address of DEMS, for example http://127.0.0.1:8000.")
    if not token and not as_anyone:
        raise Misused("Set DEMS_TOKEN to your token: an administrator issues one with `dems token issue`.")
    if not token.isascii() or not token.isprintable():
        raise Misused("DEMS_TOKEN is not a token: it holds characters that no token has.")
    return Client(url, token)


def _bearer(token: str) -> dict[str, str]:
    """Nothing of somebody who has no token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def _host(url: str) -> str:
    """Raises `Misused` where there is none, or nothing that says how to speak to it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in {"http", "https"} else None
    except ValueError:
        host = None
    if not host:
        raise _no_address(url)
    return host


def _no_address(url: str) -> Misused:
    return Misused(f"DEMS_URL is {shown(url)!r}; it looks like http://127.0.0.1:8000.")


def check(answer: httpx.Response) -> None:
    """Raise `Problem` for whatever is not a success."""
    if answer.status_code in _SUCCESSES:
        return
    try:
        found = answer.json()
        detail, kind = str(found["detail"]), str(found["type"]).rsplit(":", 1)[-1]
    except (ValueError, KeyError, TypeError):
        found, kind = {}, ""
        detail = f"The server answered {answer.status_code} and no reason: see that DEMS_URL is right."
    if found.get("errors"):
        told = "; ".join(f"{e.get('field')}: {e.get('message')}" for e in found["errors"][:5])
        detail = f"{detail.rstrip('.')} ({told})."
    after = answer.headers.get("Retry-After", "")
    retry_after = float(after) if re.fullmatch(r"\d{1,5}", after) else None
    raise Problem(answer.status_code, kind, shown(detail), found, retry_after)


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def wanted_uuid(text: str) -> UUID:
    """An id from the command line. Raises `Misused`."""
    found = as_uuid(text)
    if found is None:
        raise Misused(f"{shown(text)!r} is not an id: `dems evidence list` shows them.")
    return found
