"""What several modules of these tests start from."""

from collections.abc import Callable

import pytest

from dems.bootstrap import Dems
from tests.conftest import Sent, Team
from tests.usecases.begun import Begun
from tests.world import World


@pytest.fixture
def begin(dems: Dems, world: World, team: Team, sent: Sent) -> Callable[[bytes], Begun]:
    def make(content: bytes) -> Begun:
        declared = world.declare(team.investigator, team.case, content)
        assert declared.upload is not None
        return Begun(dems, declared.upload, content, sent)

    return make
