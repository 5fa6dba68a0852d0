"""Where the hashing of large files has come to. The state of a job goes with the job's row, whoever finishes it."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows
from dems.db.tables import hash_states
from dems.ports import Job, Lease


class HashStateRows(Rows):
    def save(self, lease: Lease, offset: int, state: bytes) -> None:
        values = {"read_bytes": offset, "state": state, "saved_at": func.clock_timestamp()}
        statement = upsert(hash_states).values(kind=lease.job.kind.value, subject=lease.job.subject, **values)
        self._tx.execute(statement.on_conflict_do_update(index_elements=["kind", "subject"], set_=values))

    def of(self, job: Job) -> bytes | None:
        statement = select(hash_states.c.state).where(
            hash_states.c.kind == job.kind.value, hash_states.c.subject == job.subject
        )
        found = self._tx.execute(statement).scalar_one_or_none()
        return None if found is None else bytes(found)
