"""The worked case of `docs/worked-case.md`: forty items, and what a disclosure officer decides about each. It concerns nobody."""

from dataclasses import dataclass
from enum import StrEnum


class Lot(StrEnum):
    """What is decided about an item."""

    USED = "used"
    """Part of the case for the prosecution."""
    NOT_RELEVANT = "not_relevant"
    SENSITIVE = "sensitive"
    BLOCK = "block"
    """Listed by quantity, with eleven others."""
    LISTED = "listed"
    """By itself, on the MG6C."""
    LATER = "later"
    """Comes in after the first submission, and goes onto a continuation."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One item: its reference, what the investigator called it, and how the schedules describe it and where it is."""

    reference: str
    name: str
    lot: Lot
    description: str = ""
    location: str = ""

    @property
    def paper(self) -> bool:
        """Whether it is paper or a thing in a store, with no bytes here."""
        return self.lot is Lot.NOT_RELEVANT or self.location in {_STORE, _OFFICER}


REFERENCE = "DEMO/2"
TITLE = "Death of Daniel Hart at Elland Road"
DEFENDANT = "Moss"
FORUM = "Leeds Crown Court"
URN = "13DE0000226"
BEGAN = "2026-01-15"
RETURNED_FOR = "Row {number} says nothing that a lawyer could decide on: say what the papers are."

_U, _N, _S, _L, _A = Lot.USED, Lot.NOT_RELEVANT, Lot.SENSITIVE, Lot.LISTED, Lot.LATER
_STORE, _SERVER, _OFFICER = "Exhibits store, bay 4", "On DEMS, case DEMO/2", "Held by the disclosure officer"

THINGS: tuple[Thing, ...] = (
    Thing("AK/1", "custody record.txt", _U, "Custody record of Daniel Hart, 14 and 15 January 2026", _SERVER),
    Thing("AK/2", "corridor camera 4.txt", _U, "Closed-circuit television of the cell corridor, camera 4, 23:30 to 03:00", _SERVER),
    Thing("AK/3", "post-mortem report.txt", _U, "Report of the post-mortem examination of 17 January 2026", _SERVER),
    Thing("AK/4", "interview of Moss.txt", _U, "Record of the interview of Police Constable Moss of 2 February 2026", _SERVER),
    Thing("AK/5", "canteen menu.txt", _N),
    Thing("AK/6", "car park tickets.txt", _N),
    Thing(
        "AK/7", "account 1.txt", _S,
        "Account of somebody who heard calls from the yard that night, given in confidence", _OFFICER,
    ),
    Thing(
        "AK/8", "account 2.txt", _S,
        "Note of a meeting with somebody who gives information to the police, about the night shift",
        _OFFICER,
    ),
    Thing(
        "AK/9", "observation post.txt", _S,
        "Log of an observation kept on another matter, which saw the van arrive",
        _OFFICER,
    ),
    Thing("AK/22", "shift rota.txt", _L, "Rota of the custody staff for 10 to 20 January 2026, as planned and as worked", _STORE),
    Thing("AK/23", "incident log.txt", _L, "Log of the control room for the night, from the first call to the ambulance leaving", _SERVER),
    Thing(
        "AK/24", "calls of residents.txt", _L,
        "Calls of residents to the control room, among them from Quarry Terrace at 01:40 about a van", _SERVER,
    ),
    Thing("AK/25", "locker papers.txt", _L, "Various papers out of the locker of the custody sergeant", _STORE),
    Thing("AK/26", "intercom record.txt", _L, "Record of the intercom between cell 7 and the desk, each press with its time", _SERVER),
    Thing("AK/27", "whiteboard.txt", _L, "Photograph of the whiteboard behind the custody desk, 15 January 2026, 04:10", _SERVER),
    Thing("AK/28", "key register.txt", _L, "Register of keys of the cell block for the night, signed by each who took one", _STORE),
    Thing("AK/29", "first aid training.txt", _L, "Training records in first aid of the four members of staff on duty", _STORE),
    Thing("AK/30", "risk assessment form.txt", _L, "Blank form of the risk assessment that was in use, with its guidance", _STORE),
    Thing("AK/31", "camera maintenance.txt", _L, "Maintenance record of the corridor cameras, December 2025 to January 2026", _STORE),
    Thing("AK/32", "medication log.txt", _L, "Record of medicines given in the custody suite during the shift", _STORE),
    Thing("AK/33", "van tachograph.txt", _L, "Data of the tachograph of the police van, 22:00 to 24:00", _SERVER),
    Thing("AK/34", "statement of nurse.txt", _L, "First statement of the health care professional, later replaced by another", _STORE),
    Thing("AK/35", "emails duty inspector.txt", _L, "Messages of the duty inspector on the night, eleven in number", _SERVER),
    Thing("AK/36", "press release drafts.txt", _L, "Drafts of the statement to the press of 15 January 2026", _STORE),
    Thing("AK/37", "cell plan.txt", _L, "Plan of the cell block with the positions of the cameras and call buttons", _STORE),
    Thing("AK/38", "body-worn video index.txt", _L, "Index of body-worn video of the arrest, six recordings with their times", _SERVER),
    *(
        Thing(f"AK/{10 + n}", f"cell photograph {n + 1:02}.txt", Lot.BLOCK)
        for n in range(12)
    ),
    Thing("AK/39", "detainee in cell 8.txt", _A, "Statement of the man who was held in cell 8, taken on 12 March 2026", _SERVER),
    Thing("AK/40", "second rota.txt", _A, "Rota of the neighbouring custody suite for the same nights", _STORE),
)  # fmt: skip

BLOCK_TITLE = "Photographs of the cell, the bench and the walls"
BLOCK_SOURCE = "Camera of the scenes of crime officer"
BLOCK_REASON = "Twelve photographs of the same room from different places: one by one they would say nothing more."

BETTER: dict[str, str] = {
    "AK/24": "Calls of residents to the control room between midnight and three o'clock, nine in number",
    "AK/25": "Notebook, two handover sheets and a leaflet on rousing checks, out of the locker of the sergeant",
}
"""What is written anew: one for the leak guard, one for the lawyer who sent it back."""

SENSITIVE: dict[str, tuple[str, str, str, str]] = {
    "AK/7": (
        "in_confidence",
        "The readiness of people to tell the police what they heard, in confidence",
        "Whoever gave it would be known on the estate and be threatened",
        "It was given in confidence, and its details would show which household it came from.",
    ),
    "AK/8": (
        "sources_and_persons_at_risk",
        "The safety of those who give information to the police",
        "The source would be known to have spoken, and be harmed",
        "It would show that somebody gives information to the police, and who.",
    ),
    "AK/9": (
        "surveillance_premises",
        "The use of private premises for observation",
        "The householder at Quarry Terrace would be known to have lent the premises, and nobody would again",
        "It would show from where an observation was kept.",
    ),
}
"""Of each sensitive item: the category, the public interest, the prejudice, and why as the MG6D says it."""

PRESUMED = {"AK/23": "RP2", "AK/34": "RP5"}
"""What is presumed to meet the test, with its category."""

MEETS: dict[str, str] = {
    "AK/23": "The control room was told of the calls for help nineteen minutes before the first entry in the custody record.",
    "AK/34": "The first statement puts the examination later than the second does.",
}
"""What meets the test, and why it might undermine the case or assist the accused, as the MG6E says it."""


def of_lot(*lots: Lot) -> list[Thing]:
    return [thing for thing in THINGS if thing.lot in lots]
