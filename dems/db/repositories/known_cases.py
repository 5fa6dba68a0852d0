"""Which cases somebody may know of: the rules of `dems.model.permission` as SQL."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    exists,
    literal,
    or_,
    select,
)

from dems.db.repositories.base import Prepared, Runner, force_key_or_none
from dems.db.tables import case_grants, case_walls, cases
from dems.model.people import CaseRole, Person
from dems.model.permission import CASE_LIST_ROLES

_NAMES = ARRAY(Text)


class _Asking(NamedTuple):
    """What the rules ask of whoever asks: values, or the names of parameters that are given later."""

    person: ColumnElement[Any]
    forces: ColumnElement[Any]
    """The keys of their forces: one or none."""
    roles: ColumnElement[Any]
    """In which of their roles on the case they ask."""
    today: ColumnElement[Any]


def sees_every_case(viewer: Person) -> bool:
    """But those that a wall keeps from them."""
    return bool(viewer.roles & CASE_LIST_ROLES)


def walled(viewer: Person, of_case: ColumnElement[Any] = cases.c.id) -> ColumnElement[bool]:
    """Whether a wall keeps a case from somebody."""
    return _wall(of_case, case_walls.c.person_id == viewer.id, literal(_forces(viewer), _NAMES))


def walled_from_any(
    people: ColumnElement[Any], forces: ColumnElement[Any], of_case: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Whether a wall keeps a case from any of several people, of whom these arrays hold ids and keys of forces."""
    return _wall(of_case, case_walls.c.person_id == any_(people), forces)


def known_to(viewer: Person, statement: Select[Any], today: date) -> Select[Any]:
    """The same rule as `may(…, CASE_READ, …)`, as SQL: not walled, and on the case or in a role that reads all."""
    return _known(_asking(viewer, viewer.case_roles, today), statement, every_case=sees_every_case(viewer))


def holds(viewer: Person, roles: Iterable[CaseRole], today: date) -> ColumnElement[bool]:
    """Whether a person holds one of these roles on the case, and in the organisation still."""
    return _granted(_asking(viewer, viewer.case_roles.intersection(roles), today))


def cases_known_to(tx: Runner, viewer: Person, today: date) -> list[UUID]:
    """The ids of all cases that `known_to` lets through."""
    statement = _EVERY_CASE if sees_every_case(viewer) else _OWN_CASES
    roles = _names(viewer.case_roles)
    found = tx.read(statement, person=viewer.id, forces=_forces(viewer), roles=roles, today=today)
    return [case for (case,) in found]


def _asking(viewer: Person, roles: Iterable[CaseRole], today: date) -> _Asking:
    forces, names = (literal(values, _NAMES) for values in (_forces(viewer), _names(roles)))
    return _Asking(literal(viewer.id, Uuid), forces, names, literal(today, Date))


def _forces(viewer: Person) -> list[str]:
    key = force_key_or_none(viewer.force)
    return [key] if key else []


def _names(roles: Iterable[CaseRole]) -> list[str]:
    return [r.value for r in roles]


def _known(who: _Asking, statement: Select[Any], *, every_case: bool) -> Select[Any]:
    statement = statement.where(~_wall(cases.c.id, case_walls.c.person_id == who.person, who.forces))
    return statement if every_case else statement.where(_granted(who))


def _wall(of_case: ColumnElement[Any], named: ColumnElement[bool], forces: ColumnElement[Any]) -> ColumnElement[bool]:
    of_force = case_walls.c.force_key == any_(forces)
    return exists().where(case_walls.c.case_id == of_case, case_walls.c.lowered_at.is_(None), or_(named, of_force))


def _granted(who: _Asking) -> ColumnElement[bool]:
    return exists().where(
        case_grants.c.case_id == cases.c.id,
        case_grants.c.person_id == who.person,
        case_grants.c.kind == "role",
        case_grants.c.name == any_(who.roles),
        case_grants.c.ended_at.is_(None),
        case_grants.c.starts_on <= who.today,
        or_(case_grants.c.ends_on.is_(None), case_grants.c.ends_on >= who.today),
    )


# Put into words once, for the feed, which asks it for each page.
_ASKED_LATER = _Asking(
    bindparam("person", type_=Uuid),
    bindparam("forces", type_=_NAMES),
    bindparam("roles", type_=_NAMES),
    bindparam("today", type_=Date),
)
_EVERY_CASE, _OWN_CASES = (
    Prepared(_known(_ASKED_LATER, select(cases.c.id), every_case=every)) for every in (True, False)
)
