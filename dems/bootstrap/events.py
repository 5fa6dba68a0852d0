"""The feed of events: its use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.events.follow import FollowEvents
from dems.usecases.events.place import PlaceEvents


@dataclass(frozen=True, slots=True)
class Events:
    follow: FollowEvents
    place: PlaceEvents

    @classmethod
    def of(cls, core: Core) -> "Events":
        return cls(FollowEvents(core.transaction), PlaceEvents(core.transaction))
