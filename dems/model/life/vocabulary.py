"""Words that cases are described in. Modes and themes are dated: what was open then, not what is open now, is what counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dems.errors import Invalid


class MatterType(StrEnum):
    COMPLAINT = "complaint"
    CONDUCT = "conduct"
    """A recordable conduct matter."""
    DSI = "dsi"
    """A death or serious injury."""
    SUPER_COMPLAINT = "super_complaint"
    REVIEW = "review"


class Source(StrEnum):
    """How a matter came to the body."""

    MANDATORY = "mandatory"
    VOLUNTARY = "voluntary"
    CALL_IN = "call_in"
    """Treated as referred by the body itself."""


class Jurisdiction(StrEnum):
    """Under whose regulations a case runs; they differ in the modes they know."""

    POLICE = "police"
    HMRC = "hmrc"
    OTHER = "other"
    """Another body that is not a police force."""


class Mode(StrEnum):
    """How a matter is investigated."""

    INDEPENDENT = "independent"
    DIRECTED = "directed"
    MANAGED = "managed"
    SUPERVISED = "supervised"
    LOCAL = "local"
    RETURN_TO_FORCE = "return_to_force"


INVESTIGATED_BY_THE_BODY = frozenset({Mode.INDEPENDENT, Mode.DIRECTED, Mode.MANAGED})
"""Modes in which it investigates or directs; the others leave the matter with the force."""


class DataSubjectCategory(StrEnum):
    """Data Protection Act 2018, section 38."""

    SUSPECT = "suspect"
    CONVICTED = "convicted"
    VICTIM = "victim"
    WITNESS = "witness"
    OTHER = "other"


class PartyRole(StrEnum):
    """What a person is to a case."""

    COMPLAINANT = "complainant"
    INTERESTED_PERSON = "interested_person"
    SUBJECT = "subject"
    """An officer or member of staff whose conduct is looked at."""
    DECEASED = "deceased"
    INJURED = "injured"
    NEXT_OF_KIN = "next_of_kin"
    WITNESS = "witness"
    REPRESENTATIVE = "representative"


@dataclass(frozen=True, slots=True)
class Open:
    """From and until which London dates something may be used, both included; None is without an end."""

    first: date | None = None
    last: date | None = None

    def on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    @property
    def words(self) -> str:
        begins = "" if self.first is None else f" from {self.first}"
        return begins + ("" if self.last is None else f" until {self.last}")


@dataclass(frozen=True, slots=True)
class ModeOpen:
    """When decisions for one mode could be made in one jurisdiction. `checked` is false where no text was seen."""

    jurisdiction: Jurisdiction
    mode: Mode
    open: Open
    source: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Theme:
    """An area on which work is focused."""

    code: str
    title: str
    open: Open
    source: str


_REFORM = date(2020, 2, 1)
_BEFORE_REFORM = date(2020, 1, 31)
_PRA = "Police Reform Act 2002, Schedule 3, paragraph "
_NON_POLICE = "Regulations of the body and its manuals, where supervised and managed investigations still appear"
_J, _M = Jurisdiction, Mode

MODES: tuple[ModeOpen, ...] = (
    ModeOpen(_J.POLICE, _M.INDEPENDENT, Open(), f"{_PRA}19", checked=True),
    ModeOpen(_J.POLICE, _M.DIRECTED, Open(first=_REFORM), f"{_PRA}18; reforms of February 2020", checked=True),
    ModeOpen(_J.POLICE, _M.MANAGED, Open(last=_BEFORE_REFORM), f"{_PRA}18 before February 2020", checked=False),
    ModeOpen(_J.POLICE, _M.SUPERVISED, Open(last=_BEFORE_REFORM), f"{_PRA}17 before February 2020", checked=False),
    ModeOpen(_J.POLICE, _M.LOCAL, Open(), f"{_PRA}16", checked=True),
    ModeOpen(_J.POLICE, _M.RETURN_TO_FORCE, Open(), "No investigation is needed", checked=True),
    *(ModeOpen(_J.HMRC, mode, Open(), _NON_POLICE, checked=False) for mode in Mode),
    *(ModeOpen(_J.OTHER, mode, Open(), _NON_POLICE, checked=False) for mode in Mode if mode is not _M.DIRECTED),
)
"""What is not here is not open. The day on which HMRC's list changed (S.I. 2025/703) is not settled, so it takes all."""

_PLAN = "Business plan 2021/22"

THEMES: tuple[Theme, ...] = (
    Theme("race_discrimination", "Race discrimination", Open(), _PLAN),
    Theme("mental_health", "Mental health", Open(), _PLAN),
    Theme("road_traffic", "Road traffic incidents", Open(), _PLAN),
    Theme("domestic_abuse", "Domestic abuse", Open(), _PLAN),
    Theme("abuse_of_position", "Abuse of position for sexual purpose", Open(), _PLAN),
    Theme("stop_and_search", "Stop and search", Open(), _PLAN),
    Theme("taser", "TASER", Open(), _PLAN),
)


_OTHER_NAMES = {
    "recordable_conduct": "conduct",
    "recordable_conduct_matter": "conduct",
    "conduct_matter": "conduct",
    "death_or_serious_injury": "dsi",
    "dsi_matter": "dsi",
}


def _name(said: str) -> str:
    return "_".join(said.casefold().replace("-", " ").replace("_", " ").split())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What an installation has settled on. `forces` maps codes to names, `clocks` has the ids of those that are defined;
    where one is None, anything is taken.
    """

    modes: tuple[ModeOpen, ...] = MODES
    themes: tuple[Theme, ...] = THEMES
    forces: Mapping[str, str] | None = None
    clocks: frozenset[str] | None = None

    def matter_type_named(self, said: str) -> MatterType:
        """The matter type that somebody means, whatever the case and the spaces. Raises `Invalid` for any other word."""
        name = _name(said)
        try:
            return MatterType(_OTHER_NAMES.get(name, name))
        except ValueError:
            raise Invalid(
                f"There is no matter type {said!r}: use one of {', '.join(MatterType)}.", field="matter_type"
            ) from None

    def theme_named(self, said: str) -> str:
        """The code of the theme that somebody means; what is on no list stays as it was said."""
        name = _name(said)
        return next((t.code for t in self.themes if name in {_name(t.code), _name(t.title)}), said)

    def meant(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What is said of a case in plain fields, in the words of the vocabulary. Raises `Invalid` for an unknown one."""
        found = dict(said)
        if found.get("matter_type") is not None:
            found["matter_type"] = self.matter_type_named(found["matter_type"])
        if "themes" in found:
            found["themes"] = tuple(sorted({self.theme_named(t) for t in found["themes"]}))
        return found

    def mode(self, jurisdiction: Jurisdiction, mode: Mode, on: date) -> None:
        """Raise `Invalid` unless that mode was open in that jurisdiction on that date."""
        known = [m for m in self.modes if (m.jurisdiction, m.mode) == (jurisdiction, mode)]
        if any(m.open.on(on) for m in known):
            return
        name = f"The mode {mode.value!r} for jurisdiction {jurisdiction.value!r}"
        when = "; ".join(m.open.words.strip() for m in known)
        raise Invalid(
            f"{name} was not open on {on}: "
            + (f"it was open {when}. " if when else "it is not on the list. ")
            + "Check the date, or have the list of modes corrected."
        )

    def theme(self, code: str, on: date) -> None:
        """Raise `Invalid` unless there is such a theme and it was open on that date."""
        known = [t for t in self.themes if t.code == code]
        if not known:
            raise Invalid(f"There is no theme {code!r}: choose one of {', '.join(t.code for t in self.themes)}.")
        if not any(t.open.on(on) for t in known):
            when = "; ".join(t.open.words.strip() for t in known)
            raise Invalid(f"The theme {code!r} was not open on {on}: it was open {when}.")

    def force(self, code: str) -> None:
        """Raise `Invalid` for a force that is not on the list, where there is one."""
        if self.forces is not None and code not in self.forces:
            raise Invalid(f"There is no force {code!r}: use the code of a force on the list, or have it added.")

    def clock(self, clock: str) -> None:
        """Raise `Invalid` for a clock that is not defined, where it is known which are."""
        if self.clocks is not None and clock not in self.clocks:
            raise Invalid(f"There is no clock {clock!r}: name one that is defined.")
