"""What the walk over all routes sends to each."""

from typing import Any
from uuid import uuid4

from tests.api.intakes import digest_header
from tests.casework import definition_body


def body_of(method: str, path: str, asked: str) -> dict[str, Any]:
    """A body that is refused, once permission is given, without changing anything: the walk must not move the scene."""
    if path.endswith("/content") and method == "PUT":
        return {"content": b"not the size that was declared"}
    if path.endswith("/parts/{number}"):
        return {"content": b"x", "headers": {"Content-Digest": digest_header(b"x")}}
    if method not in {"POST", "PUT", "PATCH"}:
        return {}
    part = {"number": 99, "sha256": "0" * 64}
    manifest = {"items": [{"file": {"name": "a", "size": 1}, "part_of": str(uuid4())}], "exhibit_prefix": "W"}
    over = {"expires_at": "2020-01-01T00:00:00Z", "max_files": 1, "max_bytes": 1}
    to_come = {"kind": "referral_received", "when": "2199-01-01"}
    bodies: dict[str, Any] = {
        "/v1/cases/{case_id}/team/{person_id}": {"roles": []},
        "/v1/cases/{case_id}/evidence": {"exhibit_ref": "X/1", "kind": "physical", "part_of": str(uuid4())},
        "/v1/evidence/{evidence_id}/exhibit-ref-corrections": {"exhibit_ref": "X/2", "reason": "typing"},
        "/v1/evidence/{evidence_id}/uploads": {},
        "/v1/evidence/{evidence_id}/access": {"purpose": "test", "reason": "walk"},
        "/v1/people": {"name": "N", "email": f"{uuid4().hex}@example.org", "roles": ["investigator"]},
        "/v1/people/{person_id}/tokens": {"days": 1},
        "/v1/cases": {"reference": f"W/{uuid4()}", "title": "W"},
        "/v1/cases/by-reference/{reference:path}": {"title": "W"},
        # A retraction of nothing, and dates to come: of no case can they be true.
        "/v1/cases/{case_id}/facts": {"facts": [{"content": {"kind": "retracted"}}]},
        "/v1/cases/{case_id}/milestones": to_come,
        "/v1/cases/{case_id}/reviews": {"kind": "handling", "events": [{**to_come, "kind": "review_applied"}]},
        "/v1/cases/{case_id}/dsi-reviews": {"events": [{**to_come, "kind": "dsi_review_papers_received"}]},
        "/v1/cases/{case_id}/recommendations": {"kind": "para28A", "addressee": "W", "text": "W"},
        "/v1/cases/{case_id}/proceedings": {"kind": "criminal", "forum": "W"},
        "/v1/cases/{case_id}/parties": {"name": "W"},
        "/v1/imports": {"reference": "W"},
        "/v1/cases/{case_id}/intakes": manifest,
        "/v1/cases/{case_id}/invitations": {**dict.fromkeys(_TERMS, "W"), **over},
        "/v1/intakes/{intake_id}/items": manifest,
        "/v1/intakes/{intake_id}/part-urls": {"parts": [{**part, "upload": str(uuid4())}]},
        "/v1/intakes/{intake_id}/complete": {"uploads": [{"upload": str(uuid4())}]},
        "/v1/cases/{case_id}/exports": {
            "bytes": True,
            "recipient": "W",
            "reason": "W",
            "withhold": ["evidence.seal"],
        },
        "/v1/uploads/{upload_id}/part-urls": {"parts": [part]},
        "/v1/clocks/definitions": definition_body("mode-decision", replaces=999),
        "/v1/calendars": {"name": "EW", "replaces": 999, "reason": "W", "add": {"2030-01-09": "W"}},
        "/v1/cases/{case_id}/timeliness-reports": {
            "authority_is_chief_officer": True,
            "chief_officer_is_subject": False,
            "period": 999,
        },
        # Of an entry that was asked about before, so that nobody asks for anything new.
        "/v1/approvals": {"act": "custody.destroy_detail", "subject": asked, "reason": "walk"},
    }
    return {"json": bodies.get(path, {})}


_TERMS = ("asked_for", "recipient", "contact", "exhibit_prefix")
