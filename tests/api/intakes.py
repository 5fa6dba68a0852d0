"""What clients of intakes do: declare, send parts directly or through the API, complete."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import urllib3

JSON = dict[str, Any]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_header(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def entry(name: str, content: bytes, **more: Any) -> JSON:
    return {"file": {"name": name, "size": len(content)}, **more}


def send(part: JSON, content: bytes, **headers: str) -> int:
    """One presigned PUT as any client sends it; the status."""
    pool = urllib3.PoolManager(retries=False)
    answer = pool.request("PUT", part["url"], body=content, headers={**part["headers"], **headers})
    return answer.status


@dataclass
class Submitter:
    """Someone who sends an intake over HTTP, with a person's token or the intake's own."""

    http: httpx.Client
    headers: dict[str, str]

    def post(self, path: str, body: JSON, expected: int = 200, **headers: str) -> JSON:
        answer = self.http.post(path, json=body, headers={**self.headers, **headers})
        assert answer.status_code == expected, answer.text
        found: JSON = answer.json()
        return found

    def get(self, path: str, **params: Any) -> JSON:
        answer = self.http.get(path, params=params, headers=self.headers)
        assert answer.status_code == 200, answer.text
        found: JSON = answer.json()
        return found

    def declare(self, case_id: object, items: Sequence[JSON], **more: Any) -> JSON:
        body = {"items": list(items), "exhibit_prefix": "ABC", **more}
        return self.post(f"/v1/cases/{case_id}/intakes", body, 201)

    def items(self, intake: JSON, **params: Any) -> list[JSON]:
        rows: list[JSON] = []
        after: dict[str, str] = {}
        while True:
            page = self.get(f"/v1/intakes/{intake['id']}/items", **params, **after)
            rows += page["items"]
            if page["next"] is None:
                return rows
            after = {"after": page["next"]}

    def counts(self, intake: JSON) -> JSON:
        found: JSON = self.get(f"/v1/intakes/{intake['id']}")["counts"]
        return found

    def send_small(self, intake: JSON, contents: Sequence[bytes]) -> JSON:
        """Every item of an intake whose files have one part each, directly."""
        uploads = [i["upload"]["id"] for i in self.items(intake)]
        parts = [{"upload": u, "number": 1, "sha256": sha256(c)} for u, c in zip(uploads, contents, strict=True)]
        urls = self.post(f"/v1/intakes/{intake['id']}/part-urls", {"parts": parts})
        assert urls["problems"] == []
        for part, content in zip(urls["parts"], contents, strict=True):
            assert send(part, content) == 200
        done = [{"upload": u, "sha256": sha256(c)} for u, c in zip(uploads, contents, strict=True)]
        return self.post(f"/v1/intakes/{intake['id']}/complete", {"uploads": done})

    def put_part(self, upload_id: str, number: int, content: bytes, **headers: str) -> httpx.Response:
        sent = {"Content-Digest": digest_header(content), **self.headers, **headers}
        return self.http.put(f"/v1/uploads/{upload_id}/parts/{number}", content=content, headers=sent)
