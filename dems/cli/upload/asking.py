"""What an upload asks of DEMS: patiently, and with the narrow token of an intake for as long as that works."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from dems.cli.client import Client, Problem, Unreachable
from dems.cli.upload.patience import Patience

UNAUTHENTICATED, UNKNOWN = 401, 404
_TIMES = httpx.Timeout(60, connect=10, read=900)
"""The answer to a body or a completion comes when the store has all of it."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to PUT one part to the store itself, with exactly these headers, for a quarter of an hour."""

    url: str
    headers: Mapping[str, str]


class Asking:
    """Every method raises `Problem`; what passes is waited for. Used by all threads of an upload."""

    def __init__(self, client: Client, patience: Patience, tokens: dict[str, str]) -> None:
        """`tokens` are those of intakes; where there is none, or it opens nothing any more, the client's own is used."""
        self._client = client
        self._patience = patience
        self._tokens = tokens
        self._by_the_server: float | None = None
        """The server's time when what `_going_on` counts was 0."""

    def learn(self, intake: str, token: str) -> None:
        self._tokens[intake] = token

    def alive(self) -> bool:
        """Whether DEMS answers at all, at this moment."""
        try:
            self._client.get("/healthz")
        except Unreachable:
            return False
        except Problem as problem:
            return not problem.passing
        return True

    def get(self, path: str, *, intake: str | None = None, **params: Any) -> dict[str, Any]:
        return self._ask("GET", path, intake, lambda: {"params": params})

    def post(self, path: str, body: Mapping[str, Any], *, intake: str | None = None) -> dict[str, Any]:
        return self._ask("POST", path, intake, lambda: {"json": body, "timeout": _TIMES})

    def post_known(self, path: str, body: Mapping[str, Any], key: str, check: Callable[[], None]) -> dict[str, Any]:
        """Under a key that makes a repetition harmless; `check` raises when the server may know it no more."""

        def more() -> dict[str, Any]:
            check()
            return {"json": body, "headers": {"Idempotency-Key": key}, "timeout": _TIMES}

        return self._ask("POST", path, None, more)

    def time(self) -> float:
        """In seconds since 1970, by the server's clock: this machine's may be set to anything, and be set back."""
        began = _going_on()
        if self._by_the_server is None:
            date = self._patience.patiently(self._date)
            self._by_the_server = date - began
        return self._by_the_server + began

    def _date(self) -> float:
        try:
            with self._client.stream("/healthz", {}) as answer:
                return parsedate_to_datetime(answer.headers["Date"]).timestamp()
        except httpx.HTTPError as error:
            raise self._client.unreachable(error) from error
        except (KeyError, ValueError):
            return time.time()

    def put(
        self, path: str, headers: Mapping[str, str], content: Callable[[], Iterator[Any]], *, intake: str | None
    ) -> dict[str, Any]:
        """`content` gives the body anew for each try."""
        return self._ask(
            "PUT", path, intake, lambda: {"content": content(), "headers": dict(headers), "timeout": _TIMES}
        )

    def pages(self, path: str, *, intake: str | None = None, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a paged list."""
        after: dict[str, Any] = {}
        while True:
            page = self.get(path, intake=intake, limit=_AT_ONCE, **after, **params)
            yield from page["items"]
            if page["next"] is None:
                return
            after = {"after": page["next"]}

    # --- an intake ---

    def counts(self, intake: str) -> dict[str, int]:
        counts: dict[str, int] = self.get(f"/v1/intakes/{intake}", intake=intake)["counts"]
        return counts

    def items(self, intake: str) -> Iterator[dict[str, Any]]:
        return self.pages(f"/v1/intakes/{intake}/items", intake=intake)

    def tickets(
        self, intake: str, parts: Sequence[tuple[str, int, bytes]]
    ) -> tuple[dict[tuple[str, int], Ticket], dict[tuple[str, int], Problem]]:
        """For parts, each an upload's id, a number and a SHA-256: leave to send it, or why not."""
        given: dict[tuple[str, int], Ticket] = {}
        refused: dict[tuple[str, int], Problem] = {}
        for some in _by(_AT_ONCE, parts):
            wanted = [{"upload": u, "number": n, "sha256": sha256.hex()} for u, n, sha256 in some]
            answer = self.post(f"/v1/intakes/{intake}/part-urls", {"parts": wanted}, intake=intake)
            given |= {(p["upload"], p["number"]): Ticket(p["url"], p["headers"]) for p in answer["parts"]}
            refused |= {(p["upload"], p["number"]): _problem(p) for p in answer["problems"]}
        return given, refused

    def complete(self, intake: str, uploads: Mapping[str, bytes]) -> dict[str, str | Problem]:
        """Finish uploads, each with the SHA-256 of its file: the state of each, or why not."""
        became: dict[str, str | Problem] = {}
        for some in _by(_AT_ONCE, list(uploads.items())):
            wanted = [{"upload": upload, "sha256": sha256.hex()} for upload, sha256 in some]
            answer = self.post(f"/v1/intakes/{intake}/complete", {"uploads": wanted}, intake=intake)
            became |= {u["upload"]: str(u["state"]) for u in answer["uploads"]}
            became |= {p["upload"]: _problem(p) for p in answer["problems"]}
        return became

    # --- one upload ---

    def upload(self, upload: str, *, intake: str | None) -> dict[str, Any]:
        return self.get(f"/v1/uploads/{upload}", intake=intake)

    def abandon(self, upload: str, *, intake: str | None) -> bool:
        """End an upload; one that has ended already is left as it is. Whether nothing came of it."""
        try:
            self._ask("DELETE", f"/v1/uploads/{upload}", intake, dict)
        except Problem as problem:
            if problem.kind != "wrong-state":
                raise
            return problem.data.get("state") not in {"completing", "completed"}
        return True

    def fresh_upload(self, evidence: str, size: int, *, intake: str | None) -> dict[str, Any]:
        """Another upload of an item whose last one has ended. If one is open by now, the answer to us was lost: it is ours."""
        try:
            return self.post(f"/v1/evidence/{evidence}/uploads", {"size": size}, intake=intake)
        except Problem as problem:
            open_one = problem.data.get("upload") if problem.kind == "wrong-state" else None
            if open_one is None:
                raise
        upload = self.upload(str(open_one), intake=intake)
        if upload["state"] == "open" and upload["size"] == size:
            return upload
        self.abandon(upload["id"], intake=intake)
        return self.post(f"/v1/evidence/{evidence}/uploads", {"size": size}, intake=intake)

    def _ask(self, method: str, path: str, intake: str | None, more: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        token = None if intake is None else self._tokens.get(intake)
        try:
            return self._once(method, path, token, more)
        except Problem as problem:
            if problem.status != UNAUTHENTICATED or token is None:
                raise
        if intake is not None:
            self._tokens.pop(intake, None)
        return self._once(method, path, None, more)

    def _once(self, method: str, path: str, token: str | None, more: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        return self._patience.patiently(lambda: self._client.request(method, path, token=token, **more()))


def _going_on() -> float:
    """Seconds, also those for which the machine sleeps, where the system counts them."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def _problem(told: Mapping[str, Any]) -> Problem:
    """A problem that is one of many in an answer; a rule's refusal has status 409."""
    return Problem(409, str(told["type"]).rsplit(":", 1)[-1], str(told["detail"]), told, None)


def _by(count: int, things: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (things[i : i + count] for i in range(0, len(things), count))
