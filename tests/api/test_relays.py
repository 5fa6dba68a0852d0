"""Places for bodies of evidence: nobody takes all of them, and whoever holds a link takes none of those of who made it."""

from contextlib import ExitStack
from uuid import uuid4

import pytest

from api.relays import FOR_ONE_UPLOAD, Relays
from dems.bootstrap import Dems
from dems.errors import Overloaded
from dems.model.actors import Actor
from tests.conftest import Team
from tests.invited import Holder


@pytest.fixture
def who(team: Team) -> Actor:
    return team.investigator.actor


def taken(relays: Relays, places: ExitStack, actor: Actor) -> int:
    """How many this actor gets, each for an upload of its own."""
    for number in range(100):
        try:
            places.enter_context(relays.taken(uuid4(), actor))
        except Overloaded:
            return number
    raise AssertionError("there is no end to the places")


def test_a_link_takes_a_quarter_and_its_maker_has_half_all_the_same(dems: Dems, team: Team, who: Actor) -> None:
    relays, holder = Relays(16), Holder.invited(dems, team).actor
    with ExitStack() as places:
        assert taken(relays, places, holder) == 4
        assert taken(relays, places, who) == 8
        assert taken(relays, places, Holder.invited(dems, team).actor) == 4
    with ExitStack() as places:
        assert taken(relays, places, who) == 8, "all were given back"


def test_one_upload_has_few_places(who: Actor) -> None:
    relays, upload = Relays(16), uuid4()
    with ExitStack() as places:
        for _ in range(FOR_ONE_UPLOAD):
            places.enter_context(relays.taken(upload, who))
        with pytest.raises(Overloaded):
            places.enter_context(relays.taken(upload, who))
