"""One transaction: what it refuses to commit, what it leaves behind, and what two at once make of one chain."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from dems.bootstrap import Dems
from dems.db import tables
from dems.errors import Busy, DatabaseUnavailable, NotFound, NotPermitted
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import Authority, ChainKind, ChainOf
from dems.model.ids import CaseId, new_id
from dems.ports import Job, JobKind
from dems.settings import Settings
from tests.conftest import Sent, Team
from tests.faults.verifier import Verifier
from tests.world import World

Run = Callable[[str], list[Any]]


def _chain() -> ChainOf:
    return ChainOf(ChainKind.ITEM, uuid4())


def _append(dems: Dems, *chains: ChainOf, number: int = 0) -> None:
    with dems.transaction() as tx:
        authority = tx.authorise(system(), Act.EVIDENCE_RECHECK)
        for chain in chains:
            tx.custody.append(authority, chain, facts={"number": number})


def _rows(as_owner: Run, chain: ChainOf) -> tuple[UUID, list[int]]:
    found = as_owner(
        "SELECT c.id, e.seq FROM custody_chains c JOIN custody_entries e ON e.chain_id = c.id "  # noqa: S608
        f"WHERE c.subject = '{chain.subject}' ORDER BY e.seq"
    )
    return found[0].id, [r.seq for r in found]


def test_a_change_without_an_entry_is_not_committed(dems: Dems, team: Team) -> None:
    with pytest.raises(RuntimeError, match="without a custody entry"), dems.transaction() as tx:  # noqa: PT012
        tx.authorise(team.manager.actor, Act.CASE_CHANGE, case_id=team.case.id)
        tx.execute(update(tables.cases).where(tables.cases.c.id == team.case.id).values(title="unnoticed"))
    assert dems.cases.look_up.one(team.manager.actor, team.case.id).title == team.case.title


def test_a_change_that_nobody_was_asked_about_is_not_committed(dems: Dems, team: Team) -> None:
    forged = Authority(team.manager.actor, Act.CASE_CHANGE, "case_manager")
    with pytest.raises(RuntimeError, match="nobody was asked"), dems.transaction() as tx:  # noqa: PT012
        tx.execute(update(tables.cases).where(tables.cases.c.id == team.case.id).values(title="unasked"))
        tx.custody.append(forged, _chain())
    with pytest.raises(RuntimeError, match="nobody was asked"), dems.transaction() as tx:
        tx.custody.append(forged, _chain())


OWNERS_ALONE = {"synthetic_cases"}
"""The database refuses the application before anything of ours is asked: tests/db/test_synthetic_cases.py."""


@pytest.mark.parametrize(
    "name",
    [n for n, t in tables.metadata.tables.items() if t.info["sort"] == tables.DOMAIN and n not in OWNERS_ALONE],
)
def test_every_domain_table_is_watched(dems: Dems, name: str) -> None:
    table = tables.metadata.tables[name]
    nothing = insert(table).from_select(list(table.c), select(table).where(text("false")))
    with pytest.raises(RuntimeError, match=f"a change to {name}"), dems.transaction() as tx:
        tx.execute(nothing)


def test_every_table_has_a_sort() -> None:
    assert {t.info["sort"] for t in tables.metadata.tables.values()} == {tables.DOMAIN, tables.CUSTODY, tables.WORK}


def test_raw_sql_is_refused(dems: Dems) -> None:
    alias: Any = aliased(tables.cases)
    for statement in (text("DELETE FROM jobs"), text("SELECT 1"), update(alias).values(title="x")):
        with pytest.raises(TypeError), dems.transaction() as tx:
            tx.execute(statement)


def test_work_needs_no_entry(dems: Dems) -> None:
    with dems.transaction() as tx:
        tx.execute(
            insert(tables.orphans).values(
                key=f"k/{uuid4()}", version_id="v", kind="hidden", size=0, first_seen_at=func.now()
            )
        )


def test_what_fails_leaves_nothing(dems: Dems, as_owner: Run, sent: Sent) -> None:
    chain, job = _chain(), Job(JobKind.VERIFY, new_id())
    with pytest.raises(ZeroDivisionError), dems.transaction() as tx:  # noqa: PT012
        tx.custody.append(tx.authorise(system(), Act.EVIDENCE_RECHECK), chain)
        tx.jobs.due(job)
        raise ZeroDivisionError
    assert as_owner(f"SELECT * FROM custody_chains WHERE subject = '{chain.subject}'") == []  # noqa: S608
    assert as_owner(f"SELECT * FROM jobs WHERE subject = '{job.subject}'") == []  # noqa: S608
    assert sent.jobs == []


def test_a_fact_that_cannot_be_written_down_is_a_bug_where_it_was_made(dems: Dems) -> None:
    with pytest.raises(ValueError, match="canonical"), dems.transaction() as tx:
        tx.custody.append(tx.authorise(system(), Act.EVIDENCE_RECHECK), _chain(), facts={"x": 1.5})


def test_nudges_go_out_after_the_commit_and_their_loss_is_no_failure(
    dems: Dems, sent: Sent, as_owner: Run, caplog: pytest.LogCaptureFixture
) -> None:
    job = Job(JobKind.VERIFY, new_id())
    committed: list[int] = []

    def refuse(_: Job) -> None:
        committed.append(len(as_owner(f"SELECT 1 FROM jobs WHERE subject = '{job.subject}'")))  # noqa: S608
        raise ConnectionError

    sent.refuse = refuse
    with dems.transaction() as tx:
        tx.jobs.due(job)
    assert committed == [1]
    assert [r.message for r in caplog.records if r.name == "dems.db.transaction"] == ["nudge_not_sent"]
    as_owner(f"DELETE FROM jobs WHERE subject = '{job.subject}'")  # noqa: S608


def test_every_entry_waits_for_the_log(dems: Dems, as_owner: Run) -> None:
    chain = _chain()
    _append(dems, chain, chain, chain)
    chain_id, _ = _rows(as_owner, chain)
    assert len(Verifier(dems, as_owner).chain(chain_id)) == 3, "which also compares the queue"


def test_many_at_once_make_one_chain_without_a_gap(dems: Dems, as_owner: Run) -> None:
    chain = _chain()
    _run(8, 25, lambda n: _append(dems, chain, number=n))
    chain_id, seqs = _rows(as_owner, chain)
    assert seqs == list(range(1, 201))
    assert len(Verifier(dems, as_owner).chain(chain_id)) == 200


def test_opposite_orders_of_the_same_chains_do_not_deadlock(dems: Dems, as_owner: Run) -> None:
    one, other = _chain(), _chain()
    orders = [(one, other), (other, one)]
    _run(4, 20, lambda n: _append(dems, *orders[n % 2]))
    for chain in (one, other):
        assert _rows(as_owner, chain)[1] == list(range(1, 81))


def _run(count: int, times: int, work: Callable[[int], None]) -> None:
    errors: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            for _ in range(times):
                work(number)
        except BaseException as error:  # noqa: BLE001 shown below
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_who_waits_too_long_for_a_row_is_told_to_try_again(settings: Settings, dems: Dems, team: Team) -> None:
    hasty = settings.database.model_copy(update={"lock_timeout_ms": 50})
    core = Dems(settings.model_copy(update={"database": hasty}), nudge=lambda _: None)
    with dems.transaction() as tx:
        tx.cases.get(team.case.id, for_update=True)
        with pytest.raises(Busy) as busy:
            core.cases.change(team.manager.actor, team.case.id, {"title": "x"}, if_version=1)
    assert busy.value.retry_after == 1
    core.close()


@pytest.mark.parametrize("trouble", ["nobody listens", "ended", "no connection free"])
def test_a_database_that_does_not_answer_is_said_to_be_that(settings: Settings, as_owner: Run, trouble: str) -> None:
    chosen = settings.database.model_copy(update={"pool_size": 1, "pool_timeout_seconds": 0.1})
    if trouble == "nobody listens":
        chosen = chosen.model_copy(update={"url": SecretStr("postgresql+psycopg://a:b@127.0.0.1:9/x")})
    core = Dems(settings.model_copy(update={"database": chosen}), nudge=lambda _: None)

    def ask() -> None:
        with core.transaction() as tx:
            tx.execute(select(1))
            if trouble == "ended":
                tx.execute(select(func.pg_terminate_backend(func.pg_backend_pid())))
            if trouble == "no connection free":
                with core.transaction() as second:
                    second.execute(select(1))
                    with core.transaction() as third:
                        third.execute(select(1))

    with pytest.raises(DatabaseUnavailable):
        ask()
    core.close()
    del as_owner


def test_connections_that_the_server_ended_while_they_rested_are_not_used_again(
    settings: Settings, as_superuser: Run
) -> None:
    core = Dems(settings, nudge=lambda _: None)

    def backend() -> int:
        with core.transaction() as tx:
            return int(tx.execute(select(func.pg_backend_pid())).scalar_one())

    first = backend()
    assert backend() == first, "one that rests is taken again"
    as_superuser(f"SELECT pg_terminate_backend({first}, 5000)")
    assert backend() != first
    core.close()


def test_a_database_error_that_is_a_bug_is_not_dressed_up(dems: Dems) -> None:
    with pytest.raises(IntegrityError), dems.transaction() as tx:
        tx.execute(insert(tables.jobs).values(kind=None, subject=uuid4(), due_at=func.now()))


def test_permission_is_asked_with_the_standings_of_this_transaction(dems: Dems, world: World, team: Team) -> None:
    with dems.transaction() as tx:
        assert tx.authorise(team.investigator.actor, Act.EVIDENCE_DECLARE, case_id=team.case.id).role == "investigator"
        with pytest.raises(NotFound):
            tx.authorise(team.outsider.actor, Act.EVIDENCE_DECLARE, case_id=team.case.id)
        with pytest.raises(NotPermitted):
            tx.authorise(team.investigator.actor, Act.CASE_CLOSE, case_id=team.case.id)
        with pytest.raises(NotFound):
            tx.cases.get(CaseId(new_id()))
    del world
