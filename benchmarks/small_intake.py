"""What a small file asks of the database and of the store when it comes with many others. Counted, not timed."""

import hashlib
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
import urllib3

from benchmarks.counting import Counted
from benchmarks.installation import Installation
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target

STORE_CALLS = Target("at most", 2)
TRANSACTIONS = Target("at most", 0.1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of all files together; `puts` are the client's own."""

    statements: int
    transactions: int
    puts: int
    store: list[str]


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    _, actor, headers = installed.person()
    case = installed.case(actor)
    counted = Counted(installed.settings)
    try:
        files = sizes.small_intake
        asked = anyio.run(way_in, counted, str(case.id), headers, files)
    finally:
        counted.close()
    calls, transactions = (asked.puts + len(asked.store)) / files, asked.transactions / files
    told = f"{asked.statements / files:.2f} SQL"
    return [
        Result(f"S3 calls per file, {files} together", told, "", [calls], " calls", STORE_CALLS, sizes.full, needs=1),
        Result(
            f"transactions per file, {files} together",
            told,
            "",
            [transactions],
            " tx",
            TRANSACTIONS,
            sizes.full,
            needs=1,
        ),
    ]


async def way_in(counted: Counted, case_id: str, headers: dict[str, str], files: int) -> Asked:
    """Declare, ask for addresses, send, complete over HTTP, then seal as the worker does."""
    contents = [number.to_bytes(4, "big") for number in range(files)]
    digests = [hashlib.sha256(c).hexdigest() for c in contents]
    pool = urllib3.PoolManager(retries=False)

    async def post(path: str, body: dict[str, Any]) -> Any:
        answer = await http.post(path, json=body, headers=headers)
        return answer.raise_for_status().json()

    async with counted.http() as http:
        while await anyio.to_thread.run_sync(counted.dems.evidence.seal_many):
            pass  # what others left to be verified is not counted here
        with counted.counting() as counts:
            items = [{"file": {"name": f"{n}.bin", "size": 4}} for n in range(files)]
            body = {"items": items, "exhibit_prefix": "B"}
            intake = await post(f"/v1/cases/{case_id}/intakes", body)
            path = f"/v1/intakes/{intake['id']}"
            listed = (await http.get(f"{path}/items", params={"limit": files}, headers=headers)).json()["items"]
            uploads = [i["upload"]["id"] for i in listed]
            parts = [{"upload": u, "number": 1, "sha256": d} for u, d in zip(uploads, digests, strict=True)]
            urls = (await post(f"{path}/part-urls", {"parts": parts}))["parts"]
            for url, content in zip(urls, contents, strict=True):
                if pool.request("PUT", url["url"], body=content, headers=url["headers"]).status != 200:
                    raise RuntimeError("the store refused a file")
            await post(
                f"{path}/complete",
                {"uploads": [{"upload": u, "sha256": d} for u, d in zip(uploads, digests, strict=True)]},
            )
            sealed = await anyio.to_thread.run_sync(counted.dems.evidence.seal_many)
        if sealed != files:
            raise RuntimeError(f"{sealed} of {files} files were sealed")
        return Asked(len(counts.sql), counts.transactions, len(urls), list(counts.s3))
