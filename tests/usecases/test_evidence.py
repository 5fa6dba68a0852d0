"""Items at rest and read out again: sealing, describing, access, content, the schedule of verifications."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    IdempotencyKeyReused,
    Invalid,
    NoLongerDue,
    NotFound,
    NotPermitted,
    NotReadable,
    PreconditionFailed,
    Refused,
)
from dems.model.actors import system
from dems.model.evidence import EvidenceState, Integrity, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import GrantId, new_id
from dems.model.readings import FindingsState
from dems.model.spans import Span
from dems.ports import EvidenceFilter, ItemFindings, Job, JobKind, Once, Page
from dems.settings import Settings
from dems.usecases.evidence.ask_verification import ScheduleRechecks
from tests.conftest import Owner, Sent, Team, Time
from tests.world import Somebody, World


def whole(size: int) -> Span:
    return Span(0, size)


def test_every_configured_digest_is_sealed_and_checked_again(settings: Settings, team: Team) -> None:
    evidence = settings.evidence.model_copy(update={"digests": ("sha512", "sha1", "md5"), "legal_hold": False})
    core = Dems(settings.model_copy(update={"evidence": evidence}), nudge=lambda _: None)
    item = World(core).sealed(team.investigator, team.case, b"abc")
    assert item.digests["md5"].hex == "900150983cd24fb0d6963f7d28e17f72"
    assert item.digests["sha1"].hex == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert set(item.digests) == {"sha256", "sha512", "sha1", "md5"}
    core.evidence.ask_verification(team.investigator.actor, item.id)
    assert core.evidence.recheck(item.id) is Integrity.INTACT
    [done] = core.evidence.look_up.verifications(team.investigator.actor, item.id, Page(1))
    assert {d.algorithm for d in done.digests} == set(item.digests)
    core.close()


def test_only_sealed_evidence_can_be_read(dems: Dems, world: World, team: Team) -> None:
    who = team.investigator
    paper = dems.intake.declare(
        who.actor, team.case.id, exhibit_ref=ExhibitRef("PA/1"), description="", kind=Kind.DOCUMENT
    ).evidence
    declared = world.declare(who, team.case, b"abc").evidence
    verifying = world.verifying(who, team.case, b"abc")
    mismatch = dems.evidence.seal(world.verifying(who, team.case, b"abc", sha256=bytes(32)).id)
    assert mismatch.state is EvidenceState.MISMATCH
    for item in (paper, declared, verifying, mismatch):
        with pytest.raises(NotReadable):
            dems.evidence.grant_access(who.actor, item.id, purpose="p", reason="r")


def test_sealing_twice_is_sealing_once(dems: Dems, world: World, team: Team) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    with pytest.raises(NoLongerDue):
        dems.evidence.seal(item.id)
    with dems.transaction() as tx:
        tx.jobs.due(Job(JobKind.VERIFY, item.id))
    with pytest.raises(NoLongerDue, match="sealed"):
        dems.evidence.seal(item.id)


def test_a_verification_is_asked_for_once_while_it_waits(dems: Dems, world: World, team: Team, sent: Sent) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    ask, who = dems.evidence.ask_verification, team.investigator.actor
    once = Once(uuid4().bytes * 2, b"f" * 32)
    first = ask(who, item.id, reason="a doubt", once=once)
    assert ask(who, item.id, once=once) == first
    assert ask(who, item.id) == first
    assert sent.jobs.count(Job(JobKind.RECHECK, item.id)) == 1
    with pytest.raises(IdempotencyKeyReused):
        ask(who, item.id, once=Once(once.scope, b"g" * 32))
    assert ask(system(), item.id).id == first.id


def test_the_schedule_takes_the_least_recently_checked_within_its_budget(
    dems: Dems, world: World, team: Team, time: Time, sent: Sent, as_owner: Owner
) -> None:
    items = [world.sealed(team.investigator, team.case, bytes([n])) for n in range(3)]
    every, period = timedelta(minutes=60), timedelta(days=90)
    sent.jobs.clear()
    schedule = ScheduleRechecks(dems.transaction, time, period, every)
    schedule()
    assert not {i.id for i in items} & {j.subject for j in sent.jobs}, "just checked"
    time.ahead = timedelta(days=46)
    with dems.transaction() as tx:
        sealed = tx.evidence.count_sealed()
        oldest = tx.evidence.least_recently_checked(1000, time())
    assert schedule() == -(-sealed // (90 * 24))
    assert [j.subject for j in sent.jobs if j.kind is JobKind.RECHECK][:1] == oldest[:1]
    assert ScheduleRechecks(dems.transaction, time, every, every)(at_most=sealed) == sealed
    assert {i.id for i in items} <= {j.subject for j in sent.jobs}
    dems.evidence.ask_verification(team.investigator.actor, items[0].id)
    sent.jobs.clear()
    ScheduleRechecks(dems.transaction, time, every, every)(at_most=sealed)
    assert items[0].id not in {j.subject for j in sent.jobs}, "it waits already"
    for item in items:
        assert dems.evidence.recheck(item.id) is Integrity.INTACT
    done = dems.evidence.look_up.verifications(team.investigator.actor, items[1].id, Page(5))
    assert [(v.requested_by, v.reason) for v in done] == [(None, "scheduled")]
    as_owner("DELETE FROM jobs WHERE kind = 'recheck'")


def test_a_grant_is_personal_and_ends(dems: Dems, world: World, team: Team, time: Time) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    colleague = world.somebody("investigator")
    world.join(team.case, colleague, "investigator", by=team.manager)
    who = team.investigator.actor
    once = Once(uuid4().bytes * 2, b"f" * 32)
    grant = dems.evidence.grant_access(who, item.id, purpose="review", reason="r", once=once)
    assert dems.evidence.grant_access(who, item.id, purpose="review", reason="r", once=once) == grant
    evidence, stored, span = dems.evidence.read_content(who, item.id, grant.id, lambda n: Span(1, n))
    assert (evidence.id, stored.version_id, span) == (item.id, item.version_id, Span(1, 3))
    for other in (colleague, team.outsider):
        with pytest.raises(NotFound):
            dems.evidence.read_content(other.actor, item.id, grant.id, whole)
    second = world.sealed(team.investigator, team.case, b"def")
    with pytest.raises(NotFound):
        dems.evidence.read_content(who, second.id, grant.id, whole)
    with pytest.raises(NotFound):
        dems.evidence.read_content(who, item.id, GrantId(new_id()), whole)
    time.ahead = timedelta(minutes=15)
    with pytest.raises(Refused, match="expired"):
        dems.evidence.read_content(who, item.id, grant.id, whole)


def test_nobody_reads_bytes_for_the_installation(dems: Dems, world: World, team: Team) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    with pytest.raises(RuntimeError):
        dems.evidence.grant_access(system(), item.id, purpose="p", reason="r")


@pytest.mark.parametrize("role", ["administrator", "auditor", "case_manager"])
def test_who_runs_things_reads_no_bytes(dems: Dems, world: World, team: Team, role: str) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    who = team.manager if role == "case_manager" else world.somebody(role)
    with pytest.raises(NotPermitted):
        dems.evidence.grant_access(who.actor, item.id, purpose="p", reason="r")


def test_describing_says_before_and_after_and_touches_nothing_else(dems: Dems, world: World, team: Team) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    who, describe = team.investigator.actor, dems.evidence.describe
    obtained = datetime(2026, 1, 2, 3, tzinfo=UTC)
    after = describe(who, item.id, {"obtained_at": obtained, "source": "camera"}, if_version=item.version)
    assert (after.obtained_at, after.source, after.digests, after.version) == (
        obtained,
        "camera",
        item.digests,
        item.version + 1,
    )
    assert describe(who, item.id, {"source": "camera"}, if_version=after.version) == after
    entry = dems.custody.read.item(who, item.id, Page(50))[-1]
    assert b'"after":{"obtained_at":"2026-01-02T03:00:00.000000Z","source":"camera"}' in (entry.detail or b"")
    assert b'"before":{"obtained_at":null,"source":null}' in (entry.detail or b"")
    with pytest.raises(PreconditionFailed):
        describe(who, item.id, {"source": "x"}, if_version=1)
    with pytest.raises(Invalid):
        describe(who, item.id, {"obtained_at": datetime(2999, 1, 1, tzinfo=UTC)}, if_version=after.version)
    with pytest.raises(ValueError, match="digests"):
        describe(who, item.id, {"digests": {}}, if_version=after.version)


def test_items_are_listed_by_state_integrity_and_reference(dems: Dems, world: World, team: Team) -> None:
    who = team.investigator
    sealed = world.sealed(who, team.case, b"abc")
    declared = world.declare(who, team.case, b"abc").evidence
    paper = dems.intake.declare(
        who.actor, team.case.id, exhibit_ref=ExhibitRef("P/1"), description="", kind=Kind.PHYSICAL
    ).evidence

    def found(wanted: EvidenceFilter, page: Page | None = None, by: Somebody = who) -> list[Any]:
        items = dems.evidence.look_up.page(by.actor, team.case.id, page or Page(50), wanted)
        assert all((upload is None) == (item.upload_id is None) for item, upload, _ in items)
        return [item.id for item, _, _ in items]

    everything = [sealed.id, declared.id, paper.id]
    assert found(EvidenceFilter()) == everything
    assert found(EvidenceFilter(), Page(2, sealed.id)) == everything[1:]
    assert found(EvidenceFilter(state=EvidenceState.SEALED)) == [sealed.id]
    assert found(EvidenceFilter(integrity=Integrity.UNCHECKED)) == everything[1:]
    assert found(EvidenceFilter(exhibit_ref="P/1")) == [paper.id]
    assert dems.evidence.look_up.one(who.actor, paper.id) == (paper, None, ItemFindings(FindingsState.NONE))
    with pytest.raises(NotFound):
        found(EvidenceFilter(), by=team.outsider)


@pytest.mark.parametrize("wrong", ["upload_id = NULL", "size = NULL"])
def test_a_record_that_cannot_be_is_a_bug_and_not_an_answer(
    dems: Dems, world: World, team: Team, as_owner: Owner, wrong: str
) -> None:
    """Sealed evidence without an upload or a size: the owner makes it so, on an item whose sealing nobody recorded."""
    item, who = world.sealed(team.investigator, team.case, b"abc"), team.investigator.actor
    grant = dems.evidence.grant_access(who, item.id, purpose="p", reason="r")
    other = world.declare(team.investigator, team.case, b"abc").evidence
    as_owner(
        "ALTER TABLE evidence DISABLE TRIGGER evidence_sealed;"  # noqa: S608
        f"UPDATE evidence SET state = 'sealed', version_id = 'v', {wrong} WHERE id = '{other.id}';"
        "ALTER TABLE evidence ENABLE ALWAYS TRIGGER evidence_sealed"
    )
    as_owner(f"UPDATE access_grants SET evidence_id = '{other.id}' WHERE id = '{grant.id}'")  # noqa: S608
    with pytest.raises(RuntimeError):
        dems.evidence.read_content(who, other.id, grant.id, whole)
    as_owner(
        "ALTER TABLE evidence DISABLE TRIGGER evidence_sealed;"  # noqa: S608
        f"UPDATE evidence SET state = 'declared' WHERE id = '{other.id}';"
        "ALTER TABLE evidence ENABLE ALWAYS TRIGGER evidence_sealed"
    )
