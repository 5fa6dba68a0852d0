"""What several modules of these tests start from."""

import os
from collections.abc import Callable, Iterator

import pytest

from dems.bootstrap import Dems
from dems.engines import Connections
from storage.settings import S3Settings
from tests.conftest import Owner, Sent, Team, Time
from tests.invited import Holder
from tests.logbook import Logbook, logbook
from tests.officers import Office
from tests.proceedings import OpenProceeding, proceeding_of
from tests.submitted import SubmittedSet, submitted_set
from tests.usecases.begun import Begun
from tests.usecases.extracting import Library, library
from tests.usecases.following import Feed, feed_of
from tests.usecases.sending import LARGE, Sender
from tests.world import World


@pytest.fixture
def begin(dems: Dems, world: World, team: Team, sent: Sent) -> Callable[[bytes], Begun]:
    def make(content: bytes) -> Begun:
        declared = world.declare(team.investigator, team.case, content)
        assert declared.upload is not None
        return Begun(dems, declared.upload, content, sent)

    return make


@pytest.fixture
def large(dems: Dems, team: Team) -> Sender:
    """A file of several parts, of which none was sent."""
    return Sender.declares(dems, team.investigator.actor, team.case, os.urandom(LARGE))


@pytest.fixture
def holder(dems: Dems, team: Team) -> Holder:
    return Holder.invited(dems, team)


@pytest.fixture
def proceeding(world: World, team: Team) -> OpenProceeding:
    """A proceeding of the team's case, whose disclosure is open."""
    return proceeding_of(world, team)


@pytest.fixture
def office(proceeding: OpenProceeding) -> Office:
    """The disclosure officer of that proceeding, at work on its schedules."""
    return Office(proceeding)


@pytest.fixture
def went(proceeding: OpenProceeding) -> SubmittedSet:
    """A set of that proceeding's schedules, with the prosecutor."""
    return submitted_set(proceeding)


@pytest.fixture
def shelf(dems: Dems, team: Team, as_owner: Owner, sent: Sent, time: Time) -> Library:
    return library(dems, team, as_owner, sent, time)


@pytest.fixture(scope="module")
def shared_log(engines: Connections, s3: S3Settings, empty_log: str) -> Iterator[Logbook]:
    with logbook(engines, s3, empty_log) as book:
        yield book


@pytest.fixture
def feed(shared_log: Logbook, time: Time) -> Feed:
    return feed_of(shared_log, Dems(shared_log.settings, nudge=lambda _: None, engine=shared_log.app, clock=time))
