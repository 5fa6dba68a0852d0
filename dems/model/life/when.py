"""When something happened: on a London date, and at an instant where that is known."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from dems.errors import Invalid
from dems.model.times import london_date

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class When:
    """A London date; `at` is the instant, aware, where it is known. Raises `Invalid` where the two disagree."""

    on: date
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.at is not None and london_date(self.at) != self.on:
            raise Invalid(
                f"That instant is on {london_date(self.at)} in London, not on {self.on}: correct one of the two."
            )

    @classmethod
    def of(cls, at: datetime) -> "When":
        """The date in London at an instant, and the instant. Raises `ValueError` for a naive time."""
        return cls(london_date(at), at)

    def before(self, other: "When") -> bool:
        """Whether this certainly came first: of the same date only where both instants are known."""
        if self.at is not None and other.at is not None:
            return self.at < other.at
        return self.on < other.on

    @property
    def order(self) -> tuple[date, datetime]:
        """What a list is sorted by; on one date, those without an instant come first."""
        return self.on, self.at or _LONG_AGO
