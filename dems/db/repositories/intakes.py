"""Intakes, what has become of their items, and their tokens."""

from collections import Counter
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update

from dems.db.repositories.base import Rows
from dems.db.repositories.evidence import READ_BACK, to_evidence
from dems.db.repositories.uploads import select_uploads, to_upload
from dems.db.tables import evidence, intake_tokens, intakes, upload_parts, uploads
from dems.errors import NotFound
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.ids import CaseId, IntakeId, PersonId, TokenId, UploadId
from dems.model.intakes import Counts, Intake, IntakeKind, Outcome, counts_of, outcome_of_item
from dems.ports import IntakeRow, IntakeToken, Page

_S, _I = EvidenceState, Integrity


def _of(*pairs: tuple[EvidenceState, Integrity]) -> ColumnElement[bool]:
    return or_(*(and_(evidence.c.state == s.value, evidence.c.integrity == i.value) for s, i in pairs))


def _where(outcome: Outcome) -> ColumnElement[bool]:
    """The same table as `outcome_of_item`, which decides, turned into a condition: one pair of states at a time."""
    conditions = []
    for read_back in (True, False):
        pairs = [(s, i) for s in _S for i in _I if outcome_of_item(s, i, read_back=read_back) is outcome]
        if pairs:
            conditions.append(and_(READ_BACK if read_back else ~READ_BACK, _of(*pairs)))
    return or_(*conditions)


class IntakeRows(Rows):
    def add(self, intake: Intake) -> None:
        self._tx.execute(
            insert(intakes).values(
                id=intake.id,
                case_id=intake.case_id,
                kind=intake.kind.value,
                label=intake.label,
                declared=intake.declared,
                created_by=intake.created_by,
                created_at=intake.created_at,
                expires_at=intake.expires_at,
            )
        )

    def get(self, intake_id: IntakeId, *, for_update: bool = False) -> Intake:
        statement = select(intakes).where(intakes.c.id == intake_id)
        # Its key is left alone: new uploads refer to it, also from transactions that do not add to the intake.
        locked = statement.with_for_update(key_share=True)
        row = self._tx.execute(locked if for_update else statement).first()
        if row is None:
            raise NotFound
        return Intake(
            IntakeId(row.id),
            CaseId(row.case_id),
            IntakeKind(row.kind),
            row.label,
            row.declared,
            PersonId(row.created_by),
            row.created_at,
            row.expires_at,
        )

    def counts(self, intake: Intake) -> Counts:
        read_back, extra = READ_BACK.label("read_back"), (evidence.c.intake_position >= intake.declared).label("extra")
        kinds = (evidence.c.state, evidence.c.integrity, read_back, extra)
        statement = select(*kinds, func.count().label("items")).where(evidence.c.intake_id == intake.id)
        outcomes: Counter[Outcome] = Counter()
        extras = 0
        for row in self._tx.execute(statement.group_by(*kinds)):
            outcome = outcome_of_item(_S(row.state), _I(row.integrity), read_back=row.read_back)
            outcomes[outcome] += row.items
            extras += row.items if row.extra and intake.kind is IntakeKind.MANIFEST else 0
        return counts_of(outcomes, extras)

    def size(self, intake_id: IntakeId) -> int:
        statement = select(func.max(evidence.c.intake_position)).where(evidence.c.intake_id == intake_id)
        last = self._tx.execute(statement).scalar()
        return 0 if last is None else int(last) + 1

    def page(self, intake: Intake, page: Page, wanted: Outcome | None, *, extra: bool) -> list[IntakeRow]:
        place = evidence.c.intake_position
        statement = select(evidence).where(evidence.c.intake_id == intake.id)
        if page.after is not None:
            last = select(place).where(evidence.c.id == page.after, evidence.c.intake_id == intake.id).scalar_subquery()
            statement = statement.where(place > last)
        if wanted is not None:
            statement = statement.where(_where(wanted))
        if extra:
            statement = statement.where(place >= intake.declared)
        return self._rows([to_evidence(r) for r in self._tx.execute(statement.order_by(place).limit(page.limit))])

    def between(self, intake: Intake, first: int, count: int) -> list[IntakeRow]:
        place = evidence.c.intake_position
        places = (evidence.c.intake_id == intake.id, place >= first, place < first + count)
        return self._rows([to_evidence(r) for r in self._tx.execute(select(evidence).where(*places).order_by(place))])

    def _rows(self, items: list[Evidence]) -> list[IntakeRow]:
        ids = [i.upload_id for i in items if i.upload_id is not None]
        announced = exists().where(upload_parts.c.upload_id == uploads.c.id).label("announced")
        rows = self._tx.execute(select_uploads().add_columns(announced).where(uploads.c.id.in_(ids)))
        found = {UploadId(r.id): (to_upload(r), bool(r.announced)) for r in rows}
        none = (None, False)
        return [IntakeRow(i, *(none if i.upload_id is None else found.get(i.upload_id, none))) for i in items]

    def add_token(self, token: IntakeToken, token_hash: bytes, at: datetime) -> None:
        earlier = (intake_tokens.c.intake_id == token.intake_id, intake_tokens.c.revoked_at.is_(None))
        self._tx.execute(update(intake_tokens).where(*earlier).values(revoked_at=at))
        self._tx.execute(
            insert(intake_tokens).values(
                id=token.id,
                intake_id=token.intake_id,
                hash=token_hash,
                person_id=token.person_id,
                on_behalf_of=token.on_behalf_of,
                created_at=at,
                expires_at=token.expires_at,
            )
        )

    def token_by_hash(self, token_hash: bytes) -> IntakeToken | None:
        row = self._tx.execute(select(intake_tokens).where(intake_tokens.c.hash == token_hash)).first()
        if row is None:
            return None
        return IntakeToken(
            TokenId(row.id),
            IntakeId(row.intake_id),
            PersonId(row.person_id),
            row.on_behalf_of,
            row.expires_at,
            row.revoked_at,
        )
