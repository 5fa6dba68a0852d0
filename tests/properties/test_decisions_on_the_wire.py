"""Every kind of decision can be sent as it is shown: no kind is known to the model alone."""

from typing import get_args

import pytest
from pydantic import TypeAdapter

from api.schemas.deciding import AnyContent, Kind, content_of, shown_content
from dems.model.disclosure.contents import Content
from dems.model.disclosure.contents_of_lists import Exhibited, Onward, Owned, Paginated, ProposedOnward
from dems.model.disclosure.records import KINDS
from tests.model.listing import SUPPLIED, WITHHELD

BODY: TypeAdapter[AnyContent] = TypeAdapter(AnyContent)


def test_every_kind_is_on_the_wire() -> None:
    assert set(get_args(Kind)) == set(KINDS)


@pytest.mark.parametrize(
    "content",
    [
        Exhibited("F. Shah", "statement of 3 March 2026", "", "4"),
        SUPPLIED,
        WITHHELD,
        Paginated("B", 3, 9),
        Owned("Westshire NHS Trust"),
        ProposedOnward(Onward.NOT, "irrelevant"),
    ],
)
def test_what_is_shown_of_a_list_can_be_sent(content: Content) -> None:
    assert content_of(BODY.validate_python(shown_content(content))) == content
