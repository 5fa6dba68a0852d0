"""Loads of history, on the wire."""

from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError

from api.bodies import KeyTwice, parsed
from api.schemas.base import Instant, View
from api.schemas.cases import Reference
from api.schemas.contents import AnyContent
from api.schemas.messages import CaseSaid
from dems.errors import DemsError, Invalid
from dems.model.life.messages import CaseMessage
from dems.ports import BadLine, CaseImport


class LineSaid(CaseSaid):
    """One line: what the case system says of a case, or one fact of it."""

    reference: Reference
    content: AnyContent | None = Field(default=None, description="One fact, instead of `facts`")


def said_in(line: bytes | None) -> CaseMessage | DemsError:
    """The message in a line, or what keeps it from being one."""
    if line is None:
        return Invalid("This line is too long: say what it says of the case in several lines.")
    try:
        said = LineSaid.model_validate(parsed(line))
        if said.content is not None:
            said.facts.append(said.content)
        return said.message(said.reference)
    except ValidationError as wrong:
        return Invalid("; ".join(_words(e) for e in wrong.errors()[:5]))
    except KeyTwice as wrong:
        return Invalid(f"The line says {wrong.key[:100]!r} twice: say it once.")
    except (ValueError, RecursionError):
        return Invalid("The line is not a JSON object in UTF-8.")
    except DemsError as refused:
        return refused


def _words(error: Any) -> str:
    field = ".".join(str(p) for p in error["loc"])
    # What was sent is not repeated: it may be large, or personal.
    return f"{field[:200]}: {error['msg'][:200]}" if field else str(error["msg"])[:200]


class BadLineView(View):
    line: int = Field(description="From 1")
    rule: str
    message: str


class ImportView(View):
    id: UUID
    begun_at: Instant
    finished_at: Instant | None = Field(description="Null while lines may come, or after a break")
    lines: int = Field(description="Read and recorded, bad ones included")
    opened: int
    changed: int
    unchanged: int
    failed: int
    bad_lines: list[BadLineView]
    next: int | None = Field(description="For `after`: there may be more bad lines")

    @classmethod
    def of(cls, found: CaseImport, bad: list[BadLine], limit: int) -> "ImportView":
        names = ("id", "begun_at", "finished_at", "lines", "opened", "changed", "unchanged", "failed")
        shown = [BadLineView.model_validate(b) for b in bad]
        more = bad[-1].line if len(bad) == limit else None
        return cls(**{n: getattr(found, n) for n in names}, bad_lines=shown, next=more)
