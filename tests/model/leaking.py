"""Something sensitive beside rows that the defence is shown, for tests of the leak guard."""

from dems.model.disclosure.contents import Sensitive
from dems.model.disclosure.guard import hits
from dems.model.disclosure.leaks import HitKind
from tests.model.disclosing import (
    NOT_SENSITIVE,
    SENSITIVE,
    Desk,
    item,
    material,
)

SECRET = "Account of a meeting with Kestrel at the boathouse by Mill Lane"


def desk_with(*descriptions: str, secret: str = SECRET, kept: Sensitive = SENSITIVE) -> Desk:
    """A sensitive item, 50, and rows of these descriptions, drafted."""
    desk = Desk()
    desk.add(material(50))
    desk.ready(item(50), kept, secret)
    for number, description in enumerate(descriptions, start=1):
        desk.add(material(number, exhibit_ref=f"XYZ/{number:03}"))
        desk.ready(item(number), NOT_SENSITIVE, description)
    desk.draft()
    return desk


def found(desk: Desk) -> list[tuple[HitKind, str]]:
    return [(hit.kind, hit.where.key) for hit in hits(desk.file)]
