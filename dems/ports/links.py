"""Repository of links: what people gave to others, which opens something in their name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dems.model.ids import PersonId
from dems.model.invitations import Invitation
from dems.model.people import Links


class LinksGiven(Protocol):
    def live(self, person_id: PersonId, at: datetime) -> Links:
        """Those of a person, or of a service that acted for them, that open something at this time."""
        ...

    def invitations(self, person_id: PersonId, at: datetime) -> Sequence[Invitation]:
        """Those invitations among them that were not withdrawn, locked, in the order of their ids."""
        ...

    def end(self, person_id: PersonId, at: datetime) -> None:
        """None of their tokens opens anything any more."""
        ...
