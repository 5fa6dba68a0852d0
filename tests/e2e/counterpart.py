"""A counterpart: another system with a database of its own that follows the feed, and may die at any moment.

``python -m tests.e2e.counterpart DATABASE URL`` with the token in the environment, until it is killed. The cursor is kept
in the transaction of what was learned up to there, so what it was told and had not written down it is told again.
"""

import contextlib
import json
import os
import sqlite3
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

TOKEN = "COUNTERPART_TOKEN"
_TABLES = """
CREATE TABLE IF NOT EXISTS things (address TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), next TEXT NOT NULL);
"""
AT_ONCE = 7
"""Events in a page: few, so that there are many moments to die in."""


def things_of(http: httpx.Client, event: dict[str, Any]) -> list[str]:
    """The addresses of all that an event may have changed."""
    data = event["data"]
    if data["case_id"] is None:
        return []
    case = f"cases/{data['case_id']}"
    addresses = [case, f"{case}/milestones"]
    if data["evidence_id"] is not None:
        addresses.append(f"evidence/{data['evidence_id']}")
    if "intake" in data["concerns"]:
        addresses += [f"evidence/{row['id']}" for row in everything(http, f"{case}/evidence")]
    return addresses


def everything(http: httpx.Client, address: str) -> Iterator[dict[str, Any]]:
    """A list to its end."""
    after: str | None = None
    while True:
        page = http.get(f"/v1/{address}", params={"after": after} if after else {}).raise_for_status().json()
        yield from page["items"]
        after = page["next"]
        if after is None:
            return


def read(http: httpx.Client, address: str) -> Any:
    """A case, an item, or the milestones of a case, as they stand."""
    if address.endswith("/milestones"):
        return list(everything(http, address))
    return http.get(f"/v1/{address}").raise_for_status().json()


def turn(http: httpx.Client, database: sqlite3.Connection) -> int:
    """One page: what it tells of is read, and written down with the cursor behind it. How many events it had."""
    row = database.execute("SELECT next FROM cursor").fetchone()
    asked = {"limit": str(AT_ONCE)} | ({"after": row[0]} if row else {})
    page = http.get("/v1/events", params=asked, headers={"Prefer": "wait=2"}).raise_for_status().json()
    addresses = dict.fromkeys(a for event in page["items"] for a in things_of(http, event))
    found = [(address, json.dumps(read(http, address), sort_keys=True)) for address in addresses]
    with database:
        database.executemany("INSERT OR REPLACE INTO things VALUES (?, ?)", found)
        for event in page["items"]:
            # Fails where an event is told twice: the cursor lies behind everything that was written down.
            number = "(SELECT count(*) FROM events)"
            database.execute(f"INSERT INTO events VALUES (?, ?, {number})", (event["id"], event["type"]))  # noqa: S608
        database.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?)", (page["next"],))
    return len(page["items"])


def client(url: str, token: str) -> httpx.Client:
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url, timeout=10, trust_env=False, verify=plain, headers=headers)


def opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=30)
    database.executescript(_TABLES)
    return database


def main() -> None:
    path, url = sys.argv[1:]
    with contextlib.closing(opened(Path(path))) as database, client(url, os.environ[TOKEN]) as http:
        while True:
            try:
                turn(http, database)
            except (httpx.HTTPError, ValueError):
                time.sleep(0.1)


if __name__ == "__main__":
    main()
