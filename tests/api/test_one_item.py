"""One item over HTTP, from its declaration to its bytes coming out again."""

import base64
import hashlib
import os
from uuid import UUID

import httpx
import pytest

from dems.bootstrap import Dems
from dems.ledger.entry import Entry, verify_chain
from dems.model.ids import EvidenceId
from tests.conftest import Team


def _declare(http: httpx.Client, team: Team, content: bytes, **file: object) -> dict[str, object]:
    body = {"exhibit_ref": f"ABC/{os.urandom(2).hex()}", "file": {"name": "a.mp4", "size": len(content), **file}}
    answer = http.post(f"/v1/cases/{team.case.id}/evidence", json=body, headers=team.investigator.headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("size", [0, 1, 1_000_000, 8 * 2**20, 8 * 2**20 + 1, 20 * 2**20 + 7])
def test_bytes_come_out_as_they_went_in(http: httpx.Client, dems: Dems, team: Team, size: int) -> None:
    content = os.urandom(size)
    sha256 = hashlib.sha256(content).hexdigest()
    item = _declare(http, team, content, sha256=sha256)
    upload = item["upload"]
    assert isinstance(upload, dict)
    token = {"Authorization": f"Bearer {item['upload_token']}"}
    sent = http.put(f"/v1/uploads/{upload['id']}/content", content=content, headers=token)
    assert sent.status_code == 200, sent.text
    assert sent.json()["state"] == "completed"
    dems.evidence.seal(EvidenceId(UUID(str(item["id"]))))

    headers = team.investigator.headers
    shown = http.get(f"/v1/evidence/{item['id']}", headers=headers).json()
    assert (shown["state"], shown["integrity"], shown["digests"]) == ("sealed", "intact", {"sha256": sha256})
    grant = http.post(f"/v1/evidence/{item['id']}/access", json={"purpose": "test", "reason": "x"}, headers=headers)
    assert grant.status_code == 201, grant.text
    out = http.get(grant.json()["url"], headers=headers)
    assert out.status_code == 200
    assert out.content == content
    assert out.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"

    chain = http.get(f"/v1/evidence/{item['id']}/custody", headers=headers).json()["items"]
    entries = [Entry(*(base64.b64decode(e[k]) for k in ("leaf", "nonce", "detail"))) for e in chain]
    verify_chain(entries)
    assert [e["act"] for e in chain] == [
        "evidence.declare",
        "upload.receive",
        "upload.complete",
        "evidence.seal",
        "evidence.access",
        "evidence.content",
    ]
