"""Files and items for tests of the plan of an upload."""

from pathlib import Path
from typing import Any

from dems.cli.upload.batches import Batches, Shown
from dems.cli.upload.files import Stand
from dems.cli.upload.plan import Plan
from dems.cli.upload.walk import Found


def noon() -> float:
    return 43200.0


def found(name: str, size: int = 3, mtime_ns: int = 7, identity: str = "1:2:3") -> Found:
    return Found(Path("/folder") / name, name.encode(), size, mtime_ns, identity)


def next_run(plan: Plan) -> Plan:
    return Plan(plan.db)


def names(plan: Plan, *stands: Stand) -> list[bytes]:
    return [f.name for f in plan.files(*stands)]


def view(position: int, **more: Any) -> dict[str, Any]:
    upload = {"id": f"upload{position}", "state": "open", "part_size": 8, "part_count": 1}
    return {
        "position": position,
        "evidence_id": f"item{position}",
        "exhibit_ref": f"AK/{position + 1}",
        "size": 3,
        "state": "declared",
        "outcome": "missing",
        "reason": None,
        "sha256": None,
        "declared_sha256": None,
        "upload": upload,
        **more,
    }


def declared(plan: Plan, *files: Found) -> Plan:
    """A plan in which these files are items of an intake."""
    for file in files:
        plan.see(file)
    batches = Batches(plan, noon)
    batch = batches.form({}, 100)
    assert batch is not None
    batches.answered(batch, "intake", "token")
    for position in range(len(files)):
        Shown(plan).item(view(position, size=files[position].size), "intake")
    return plan
