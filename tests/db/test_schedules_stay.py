"""What was certified and answered, attacked by SQL: as the application, as the owner, and in a replica's session."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

Run = Callable[..., list[Any]]

_ID = "'5c000000-0000-7000-8000-00000000000{}'"
PERSON, CASE, PROCEEDING, DOCUMENT, SET, ANSWER = (_ID.format(n) for n in range(1, 7))
_BY = f"{PERSON}, 'D. Okoro', 'disclosure_officer', now()"
ROWS = (
    f"INSERT INTO people (id, name, email, email_key, roles, active, version, added_at) VALUES ({PERSON}, 'D', 'd', 'd5c', '{{}}', true, 1, now())",  # noqa: S608, E501
    f"INSERT INTO cases (id, reference, title, state, themes, is_major, opened_by, opened_at, version) VALUES ({CASE}, '5c', 'T', 'open', '{{}}', false, {PERSON}, now(), 1)",  # noqa: S608, E501
    f"INSERT INTO disclosure_proceedings VALUES ({PROCEEDING}, {CASE}, now())",  # noqa: S608
    f"INSERT INTO schedule_documents VALUES ({DOCUMENT}, {PROCEEDING}, {SET}, 'MG6C', 'MG6C', 1, 0, 'x', sha256('x'), {_BY})",  # noqa: S608
    f"INSERT INTO schedule_numbers VALUES ({PROCEEDING}, 'MG6C', 1, 'item', {CASE}, {DOCUMENT})",  # noqa: S608
    f"INSERT INTO schedule_sets VALUES ({SET}, {PROCEEDING}, '{{}}', 'y', sha256('y'), {_BY})",  # noqa: S608
    f"INSERT INTO schedule_answers VALUES ({ANSWER}, {PROCEEDING}, {SET}, 'submitted', '{{}}', {_BY})",  # noqa: S608
    f"INSERT INTO schedule_states VALUES ({DOCUMENT}, 1, 'certified', now())",  # noqa: S608
    f"INSERT INTO schedule_endorsements VALUES ({DOCUMENT}, 1, 'CND', '', NULL, NULL, {_BY})",  # noqa: S608
)
"""One row in each table; no attack leaves them there, as each undoes its transaction."""

COLUMN = {
    "schedule_documents": "data",
    "schedule_numbers": "subject_id",
    "schedule_sets": "data",
    "schedule_answers": "kind",
    "schedule_states": "state",
    "schedule_endorsements": "code",
}


def attacks(table: str) -> tuple[str, ...]:
    column = COLUMN[table]
    return f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"  # noqa: S608


@pytest.mark.parametrize("table", COLUMN)
def test_nobody_changes_what_was_certified_or_answered(
    as_application: Run, as_owner: Run, as_superuser: Run, table: str
) -> None:
    for attack in attacks(table):
        with pytest.raises(ProgrammingError) as refused:
            as_application(attack)
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
        with pytest.raises(IntegrityError, match="insert-only"):
            as_owner("; ".join((*ROWS, attack)))
        with pytest.raises(IntegrityError, match="insert-only"):
            as_superuser("SET LOCAL session_replication_role = replica", *ROWS, attack)


@pytest.mark.parametrize(
    "lie",
    [
        # Bytes and another digest; a number, a place in the series and a submission a second time; two ends of one certificate.
        f"INSERT INTO schedule_documents VALUES (gen_random_uuid(), {PROCEEDING}, {SET}, 'MG6E', NULL, NULL, NULL, 'x', sha256('z'), {_BY})",  # noqa: S608, E501
        f"INSERT INTO schedule_numbers VALUES ({PROCEEDING}, 'MG6C', 1, 'item', {PERSON}, {DOCUMENT})",  # noqa: S608
        f"INSERT INTO schedule_documents VALUES (gen_random_uuid(), {PROCEEDING}, {SET}, 'MG6C', 'MG6C', 1, 0, 'x', sha256('x'), {_BY})",  # noqa: S608
        f"INSERT INTO schedule_documents VALUES (gen_random_uuid(), {PROCEEDING}, {SET}, 'MG6C', 'MG6C', 1, NULL, 'x', sha256('x'), {_BY})",  # noqa: S608
        f"INSERT INTO schedule_answers VALUES (gen_random_uuid(), {PROCEEDING}, {SET}, 'submitted', '{{}}', {_BY})",  # noqa: S608
        f"INSERT INTO schedule_states VALUES ({DOCUMENT}, 2, 'void', now()), ({DOCUMENT}, 2, 'submitted', now())",  # noqa: S608
        f"INSERT INTO schedule_endorsements VALUES ({DOCUMENT}, 1, 'D', '', NULL, NULL, {_BY})",  # noqa: S608
        f"INSERT INTO schedule_endorsements VALUES ({DOCUMENT}, 2, 'D', '', 'H. Bose', NULL, {_BY})",  # noqa: S608
    ],
)
def test_the_database_takes_nothing_that_contradicts_it(as_owner: Run, lie: str) -> None:
    with pytest.raises(IntegrityError, match=r"violates (unique|check) constraint"):
        as_owner("; ".join((*ROWS, lie)))
    assert as_owner(f"SELECT count(*) FROM cases WHERE id = {CASE}")[0][0] == 0  # noqa: S608
