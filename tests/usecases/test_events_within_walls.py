"""The feed of events holds what its reader may know of today, without a trace of the rest."""

from datetime import timedelta

import pytest

from dems.db.repositories import events as reading
from dems.errors import NotFound
from dems.model.actors import Actor, ActorKind, system
from dems.model.acts import Act
from dems.model.custody import INSTALLATION
from dems.model.events import Event
from dems.model.people import CaseRole
from dems.usecases.cases.put_member import Holding
from dems.usecases.events.follow import Followed
from tests.conftest import Time
from tests.usecases.following import Feed, acts
from tests.world import Somebody


@pytest.mark.no_cover
def test_of_what_is_kept_from_a_reader_no_page_place_or_cursor_tells(feed: Feed) -> None:
    """Two readers of one log: what the second does not see leaves pages as full as if it had never been."""
    manager, other = feed.world.somebody("case_manager", "investigator"), feed.world.somebody("case_manager")
    mine, theirs = feed.world.case(manager), feed.world.case(other)
    items = []
    for _ in range(6):
        items.append(feed.registered(manager, mine))
        for force in ("kent", "devon"):
            feed.dems.cases.change(other.actor, theirs.id, {"force": force}, if_version=None)
    feed.book.sequence()
    after = feed.start
    seen: list[Event] = []
    for _ in range(3):
        page = feed.dems.events.follow(manager.actor, after, 2)
        assert len(page.events) == 2, "filled with what its reader may see, whatever lies between"
        seen, after = [*seen, *page.events], page.next
    assert [e.evidence_id for e in seen] == [None, *(str(i) for i in items[:5])]
    assert all(e.case_id == str(theirs.id) for e in feed.all(other))
    # Cursors are as long as one another, and two of one place have nothing in common.
    cursors = [feed.dems.events.follow(manager.actor, after, 2).next for _ in range(3)]
    assert len(set(cursors)) == 3
    assert {len(c) for c in cursors} == {54}
    assert all(sum(a == b for a, b in zip(cursors[0], c, strict=True)) < 15 for c in cursors[1:])


def test_members_only_and_today(feed: Feed, time: Time) -> None:
    manager, member, outsider = (feed.world.somebody(r) for r in ("case_manager", "investigator", "case_manager"))
    case = feed.world.case(manager)
    today = time().date()
    holding = Holding(CaseRole.INVESTIGATOR, today + timedelta(days=2), today + timedelta(days=3))
    feed.dems.cases.put_member(manager.actor, case.id, member.person.id, [holding])
    shown = acts(feed.all(manager))
    assert shown == ["case.open", "team.grant"]
    assert feed.all(member) == feed.all(outsider) == []
    before = feed.end()
    time.ahead = timedelta(days=2)
    assert acts(feed.all(member)) == shown
    assert feed.all(member, before) == [], "a cursor goes on from where it was; an older one gives what was hidden"
    time.ahead = timedelta(days=4)
    assert feed.all(member) == []


def test_a_wall_hides_what_was_and_what_comes_and_lowered_it_shows_both(feed: Feed) -> None:
    """Also from those who see every case, and for a service from whoever of the two is walled."""
    manager = feed.world.somebody("case_manager", "investigator")
    walled, free = feed.world.somebody("auditor"), feed.world.somebody("auditor")
    service = feed.world.somebody("integration", service=True)
    case, open_case = feed.world.case(manager), feed.world.case(manager)
    feed.dems.cases.raise_wall(manager.actor, case.id, person_id=walled.person.id, reason="kin")
    feed.registered(manager, case)
    feed.registered(manager, open_case)

    def of_both(who: Somebody | Actor) -> dict[bool, int]:
        told = [e for e in feed.all(who, limit=3) if e.case_id is not None]
        return {
            True: sum(e.case_id == str(case.id) for e in told),
            False: sum(e.case_id == str(open_case.id) for e in told),
        }

    def acting(for_whom: Somebody) -> Actor:
        return Actor(ActorKind.SERVICE, service.person.name, service.person, on_behalf_of=for_whom.person)

    assert of_both(free) == of_both(acting(free)) == {True: 3, False: 2}
    assert of_both(walled) == of_both(acting(walled)) == {True: 0, False: 2}
    feed.dems.cases.raise_wall(manager.actor, case.id, person_id=service.person.id, reason="kin")
    assert of_both(acting(free)) == {True: 0, False: 2}
    feed.dems.cases.lower_wall(manager.actor, case.id, person_id=walled.person.id)
    assert of_both(walled) == {True: 5, False: 2}


def test_what_was_done_to_people_and_what_they_read_is_for_auditors(feed: Feed) -> None:
    manager = feed.world.somebody("case_manager")
    auditor, administrator = feed.world.somebody("auditor"), feed.world.somebody("administrator")
    both = feed.world.somebody("auditor", "administrator")
    case = feed.world.case(manager)
    feed.dems.cases.look_up.one(manager.actor, case.id)
    feed.dems.custody.write_consultations()
    with feed.dems.transaction() as tx:
        authority = tx.authorise(system(), Act.ORPHAN_REPORT)
        tx.custody.append(authority, INSTALLATION, facts={"orphans": []})
    assert {"person.add", "token.issue", "records.consulted"} <= set(acts(feed.all(auditor)))
    assert feed.all(both) == feed.all(auditor)
    assert acts(feed.all(administrator)) == ["orphan.report"]
    assert acts(feed.all(manager)) == ["case.open"]
    about = next(e for e in feed.all(auditor) if e.act == "records.consulted")
    assert (about.address, about.case_id) == (f"people/{manager.person.id}", None)
    asks = Actor(ActorKind.SERVICE, "s", feed.world.somebody("integration").person, on_behalf_of=auditor.person)
    assert {e.case_id for e in feed.all(asks)} == {str(case.id)}, "of both, what both may know of"


def test_a_long_stretch_of_hidden_events_is_walked_in_bounded_steps(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those who see every case, where walls keep very many acts in a row from them."""
    manager, walled = feed.world.somebody("case_manager"), feed.world.somebody("auditor")
    case = feed.world.case(manager)
    feed.dems.cases.raise_wall(manager.actor, case.id, person_id=walled.person.id, reason="kin")
    after = feed.end()
    for force in ("kent", "devon") * 4:
        feed.dems.cases.change(manager.actor, case.id, {"force": force}, if_version=None)
    feed.world.case(manager)
    feed.book.sequence()
    monkeypatch.setattr(reading, "_STRETCH", 2)
    monkeypatch.setattr(reading, "_MOST_STRETCHES", 3)
    pages: list[Followed] = []
    while not pages or not pages[-1].events:
        pages.append(feed.dems.events.follow(walled.actor, after, 10))
        after = pages[-1].next
    assert acts(pages[-1].events) == ["case.open"]
    assert 1 < len(pages) < 10


@pytest.mark.parametrize("nobody", [Actor(ActorKind.UPLOAD, "u"), Actor(ActorKind.INVITATION, "i")])
def test_links_and_tokens_of_uploads_follow_nothing(feed: Feed, nobody: Actor) -> None:
    for ask in (lambda: feed.dems.events.follow(nobody, None, 5), lambda: feed.dems.events.follow.permitted(nobody)):
        with pytest.raises(NotFound):
            ask()


def test_the_installation_itself_sees_no_case_by_following(feed: Feed) -> None:
    feed.world.case(feed.world.somebody("case_manager"))
    assert {e.case_id for e in feed.all(system())} == {None}
