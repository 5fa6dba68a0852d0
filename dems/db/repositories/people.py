"""People and their tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Row, Uuid, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, force_key_or_none, paged
from dems.db.tables import people, tokens
from dems.errors import AlreadyExists, NotFound
from dems.model.ids import PersonId, TokenId
from dems.model.people import OrganisationRole, Person, Token, TokenKind
from dems.ports import Page

_PERSON = select(people).where(people.c.id == bindparam("person", type_=Uuid))
_TOKEN = select(tokens).where(tokens.c.hash == bindparam("token_hash", type_=LargeBinary))
"""What every request asks is put together once: that takes as long as asking it."""


def _values(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "email_key": person.email.casefold(),
        "roles": sorted(r.value for r in person.roles),
        "force": person.force,
        "force_key": force_key_or_none(person.force),
        "active": person.active,
        "version": person.version,
    }


def to_person(row: Row[Any]) -> Person:
    return Person(
        id=PersonId(row.id),
        name=row.name,
        email=row.email,
        roles=frozenset(OrganisationRole(r) for r in row.roles),
        force=row.force,
        active=row.active,
        version=row.version,
    )


class PeopleRows(Rows):
    def add(self, person: Person, at: datetime) -> None:
        statement = upsert(people).values(id=person.id, added_at=at, **_values(person)).on_conflict_do_nothing()
        if self._tx.execute(statement.returning(people.c.id)).first() is None:
            raise AlreadyExists("Somebody with this e-mail address is known already.")

    def get(self, person_id: PersonId, *, for_update: bool = False) -> Person:
        statement = _PERSON.with_for_update() if for_update else _PERSON
        row = self._tx.execute(statement, {"person": person_id}).first()
        if row is None:
            raise NotFound("person")
        return to_person(row)

    def by_email(self, email: str) -> Person | None:
        row = self._tx.execute(select(people).where(people.c.email_key == email.casefold())).first()
        return None if row is None else to_person(row)

    def save(self, person: Person) -> None:
        self._tx.execute(update(people).where(people.c.id == person.id).values(**_values(person)))

    def page(self, page: Page, *, email: str | None = None) -> list[Person]:
        statement = select(people)
        if email is not None:
            statement = statement.where(people.c.email_key == email.casefold())
        return [to_person(r) for r in self._tx.execute(paged(statement, people.c.id, page))]


def _to_token(row: Row[Any]) -> Token:
    return Token(
        id=TokenId(row.id),
        person_id=PersonId(row.person_id),
        kind=TokenKind(row.kind),
        issued_by=row.issued_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


class TokenRows(Rows):
    def add(self, token: Token, token_hash: bytes) -> None:
        self._tx.execute(
            insert(tokens).values(
                id=token.id,
                person_id=token.person_id,
                kind=token.kind.value,
                hash=token_hash,
                issued_by=token.issued_by,
                created_at=token.created_at,
                expires_at=token.expires_at,
            )
        )

    def get(self, token_id: TokenId, *, for_update: bool = False) -> Token:
        statement = select(tokens).where(tokens.c.id == token_id)
        row = self._tx.execute(statement.with_for_update() if for_update else statement).first()
        if row is None:
            raise NotFound("token")
        return _to_token(row)

    def by_hash(self, token_hash: bytes) -> Token | None:
        row = self._tx.execute(_TOKEN, {"token_hash": token_hash}).first()
        return None if row is None else _to_token(row)

    def revoke(self, token_id: TokenId, at: datetime) -> None:
        self._tx.execute(
            update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)).values(revoked_at=at)
        )

    def page(self, person_id: PersonId, page: Page) -> list[Token]:
        statement = select(tokens).where(tokens.c.person_id == person_id)
        return [_to_token(r) for r in self._tx.execute(paged(statement, tokens.c.id, page))]
