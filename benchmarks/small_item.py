"""What one small item asks of the database and of the store on its whole way in. Counted, not timed."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import anyio
import anyio.to_thread
import httpx

from benchmarks.counting import Counted, by_name
from benchmarks.installation import Installation
from benchmarks.sizes import Sizes
from benchmarks.table import Result
from dems.model.ids import EvidenceId

CONTENT = b"a small file"


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way: a request with its authentication, or the worker's act."""

    name: str
    statements: int
    transactions: int
    store: dict[str, int]


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    del sizes
    _, actor, headers = installed.person()
    case = installed.case(actor)
    counted = Counted(installed.settings)
    try:
        # Twice: what is asked only once per process is not part of an item's cost.
        anyio.run(way_in, counted, str(case.id), headers, "AB/1")
        steps = anyio.run(way_in, counted, str(case.id), headers, "AB/2")
    finally:
        counted.close()
    return [
        Result(
            f"small item, {step.name}",
            f"{step.statements} SQL in {step.transactions} tx",
            ", ".join(f"{name} {n}" for name, n in step.store.items()) or "no S3 call",
            [step.statements],
            " SQL",
            needs=1,
            details={"s3": step.store, "transactions": step.transactions},
        )
        for step in steps
    ]


async def way_in(counted: Counted, case_id: str, headers: dict[str, str], ref: str) -> list[Step]:
    """Declare, send, complete over HTTP, then seal as the worker does: the steps in their order."""
    steps: list[Step] = []

    async def step(name: str, act: Callable[[], Awaitable[Any]]) -> Any:
        with counted.counting() as counts:
            answer = await act()
        steps.append(Step(name, len(counts.sql), counts.transactions, dict(by_name(counts.s3))))
        return answer.raise_for_status().json() if isinstance(answer, httpx.Response) else answer

    async with counted.http() as http:
        sha256 = hashlib.sha256(CONTENT).hexdigest()
        body = {"exhibit_ref": ref, "file": {"name": "small.txt", "size": len(CONTENT), "sha256": sha256}}
        item = await step("declare", lambda: http.post(f"/v1/cases/{case_id}/evidence", json=body, headers=headers))
        upload, token = f"/v1/uploads/{item['upload']['id']}", {"Authorization": f"Bearer {item['upload_token']}"}
        await step("content", lambda: http.put(f"{upload}/content", content=CONTENT, headers=token))
        await step("complete", lambda: http.post(f"{upload}/complete", headers=token))
        evidence_id = EvidenceId(UUID(item["id"]))
        sealed = await step("seal", lambda: anyio.to_thread.run_sync(counted.dems.evidence.seal, evidence_id))
    if sealed.state.value != "sealed":
        raise RuntimeError(f"the item is {sealed.state.value}")
    return steps
