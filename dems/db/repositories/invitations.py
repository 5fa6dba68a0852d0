"""Invitations, and how they stand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, insert, or_, select, update

from dems.db.repositories.base import Rows, Runner, paged_within
from dems.db.repositories.evidence import READ_BACK
from dems.db.tables import evidence, invitations, upload_parts, uploads
from dems.errors import NotFound
from dems.model.evidence import EvidenceState, Integrity
from dems.model.ids import CaseId, EvidenceId, IntakeId, InvitationId, PersonId
from dems.model.intakes import Outcome, counts_of, outcome_of_item
from dems.model.invitations import Invitation, Progress, Sent, Terms
from dems.model.uploads import UploadState
from dems.ports import Page

_TERMS = ("asked_for", "recipient", "contact", "exhibit_prefix", "source", "max_files", "max_bytes", "expires_at")
_may_be_an_object = and_(
    uploads.c.size <= uploads.c.part_size, exists().where(upload_parts.c.upload_id == uploads.c.id)
)
"""Of one part, which is the whole object: once it was announced it may lie there under lock, whatever became of its upload."""
_in_store_or_to_come = or_(
    uploads.c.state == UploadState.COMPLETED.value, uploads.c.id == evidence.c.upload_id, _may_be_an_object
)
"""A file that was sent, found different and sent again lies in the store twice and counts twice."""


def to_invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        InvitationId(row.id),
        CaseId(row.case_id),
        IntakeId(row.intake_id),
        Terms(**{name: getattr(row, name) for name in _TERMS}),
        PersonId(row.created_by),
        row.created_at,
        row.revoked_at,
    )


def _with_uploads(statement: Select[Any]) -> Select[Any]:
    """The items of intakes, each with every upload of it that counts."""
    joined = evidence.join(uploads, and_(uploads.c.evidence_id == evidence.c.id, _in_store_or_to_come))
    return statement.select_from(joined)


class InvitationRows(Rows):
    def __init__(self, tx: Runner) -> None:
        super().__init__(tx)
        self._kept: dict[IntakeId, Invitation | None] = {}

    def add(self, invitation: Invitation) -> None:
        self._tx.execute(
            insert(invitations).values(
                id=invitation.id,
                case_id=invitation.case_id,
                intake_id=invitation.intake_id,
                created_by=invitation.created_by,
                created_at=invitation.created_at,
                **{name: getattr(invitation.terms, name) for name in _TERMS},
            )
        )

    def get(self, invitation_id: InvitationId, *, for_update: bool = False) -> Invitation:
        statement = select(invitations).where(invitations.c.id == invitation_id)
        row = self._tx.execute(statement.with_for_update() if for_update else statement).first()
        if row is None:
            raise NotFound("invitation")
        return to_invitation(row)

    def of_intake(self, intake_id: IntakeId, *, keep_as_is: bool = False) -> Invitation | None:
        if intake_id in self._kept:
            return self._kept[intake_id]
        statement = select(invitations).where(invitations.c.intake_id == intake_id)
        row = self._tx.execute(statement.with_for_update(read=True) if keep_as_is else statement).first()
        found = None if row is None else to_invitation(row)
        if keep_as_is:
            # Nobody changes it before this transaction ends, so that the items of one intake ask once.
            self._kept[intake_id] = found
        return found

    def of_intakes(self, intake_ids: Sequence[IntakeId]) -> list[Invitation]:
        statement = select(invitations).where(invitations.c.intake_id.in_(intake_ids)).order_by(invitations.c.id)
        return [to_invitation(r) for r in self._tx.execute(statement)]

    def revoke(self, invitation_id: InvitationId, at: datetime) -> None:
        self._tx.execute(update(invitations).where(invitations.c.id == invitation_id).values(revoked_at=at))

    def begun(self, evidence_id: EvidenceId) -> int:
        statement = select(func.count()).select_from(uploads).where(uploads.c.evidence_id == evidence_id)
        return int(self._tx.execute(statement).scalar_one())

    def page(self, case_id: CaseId, page: Page) -> list[Invitation]:
        statement = paged_within(select(invitations), invitations.c.case_id, case_id, invitations.c.id, page)
        return [to_invitation(r) for r in self._tx.execute(statement)]

    def sent(self, intake_id: IntakeId) -> Sent:
        files, size = func.count(evidence.c.id.distinct()), func.coalesce(func.sum(uploads.c.size), 0)
        statement = _with_uploads(select(files.label("files"), size.label("bytes")))
        row = self._tx.execute(statement.where(evidence.c.intake_id == intake_id)).one()
        return Sent(row.files, int(row.bytes))

    def progress(self, intake_ids: Sequence[IntakeId]) -> Mapping[IntakeId, Progress]:
        outcomes = self._outcomes(intake_ids)
        files, size = func.count(evidence.c.id.distinct()), func.coalesce(func.sum(uploads.c.size), 0)
        last = func.max(uploads.c.completed_at).label("last")
        statement = _with_uploads(select(evidence.c.intake_id, files.label("files"), size.label("bytes"), last))
        rows = self._tx.execute(statement.where(evidence.c.intake_id.in_(intake_ids)).group_by(evidence.c.intake_id))
        found = {IntakeId(r.intake_id): (Sent(r.files, int(r.bytes)), r.last) for r in rows}
        nothing = (Sent(), None)
        return {
            i: Progress(found.get(i, nothing)[0], counts_of(outcomes.get(i, {}), 0), found.get(i, nothing)[1])
            for i in intake_ids
        }

    def _outcomes(self, intake_ids: Sequence[IntakeId]) -> dict[IntakeId, Counter[Outcome]]:
        kinds = (evidence.c.intake_id, evidence.c.state, evidence.c.integrity, READ_BACK.label("read_back"))
        statement = select(*kinds, func.count().label("items")).where(evidence.c.intake_id.in_(intake_ids))
        found: dict[IntakeId, Counter[Outcome]] = {}
        for row in self._tx.execute(statement.group_by(*kinds)):
            outcome = outcome_of_item(EvidenceState(row.state), Integrity(row.integrity), read_back=row.read_back)
            found.setdefault(IntakeId(row.intake_id), Counter())[outcome] += row.items
        return found
