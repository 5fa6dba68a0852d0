"""What several modules of these tests start from."""

from collections.abc import Callable

import pytest

from dems.bootstrap import Dems
from tests.conftest import Owner, Sent, Team, Time
from tests.usecases.begun import Begun
from tests.usecases.extracting import Library, library
from tests.world import World


@pytest.fixture
def begin(dems: Dems, world: World, team: Team, sent: Sent) -> Callable[[bytes], Begun]:
    def make(content: bytes) -> Begun:
        declared = world.declare(team.investigator, team.case, content)
        assert declared.upload is not None
        return Begun(dems, declared.upload, content, sent)

    return make


@pytest.fixture
def shelf(dems: Dems, team: Team, as_owner: Owner, sent: Sent, time: Time) -> Library:
    return library(dems, team, as_owner, sent, time)
