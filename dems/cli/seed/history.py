"""The synthetic history: lives of cases over some years, the same for the same seed on every machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dems.cli.seed import shape
from dems.cli.seed.draws import Draws
from dems.cli.seed.investigations import referral
from dems.cli.seed.reviews import dsi_review, review
from dems.cli.seed.telling import SyntheticCase, Telling
from dems.errors import Invalid
from dems.model.clocks.calendars import Calendar
from dems.model.ids import PersonId
from dems.model.measures.periods import Period, plan_year

PREFIX = "SYNTHETIC"
"""Every reference and every title begins with it."""
LAST_DAY = date(2022, 3, 31)
"""Of the year that the seeds describe."""
_STAFF = 12
_MOST_YEARS, _MOST_SCALE = 20, 20
_YEARS_BEFORE = 2
"""So long before its first year a history begins, for what is still open then."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class History:
    """`years` plan years, the last of which ends on `last_day`, each with `scale` times what the seeds say of a year.

    `calendar` is that of England and Wales. Raises `Invalid` for what cannot be told.
    """

    seed: int
    years: int
    scale: float
    calendar: Calendar
    last_day: date = LAST_DAY

    def __post_init__(self) -> None:
        if not 1 <= self.years <= _MOST_YEARS or not 0 < self.scale <= _MOST_SCALE:
            raise Invalid(f"A history has 1 to {_MOST_YEARS} years, at a scale above 0 and up to {_MOST_SCALE}.")
        if self.last_day != plan_year(self.last_day).last:
            raise Invalid("A history ends with a plan year, on a 31 March.")

    @property
    def first_day(self) -> date:
        return date(self.last_day.year - self.years, 4, 1)

    @property
    def staff(self) -> tuple[PersonId, ...]:
        """People that there are not, who lead and decide."""
        draws, began = Draws(self.seed, "staff"), datetime(2000, 1, 3, 9, tzinfo=UTC)
        return tuple(PersonId(draws.id(began)) for _ in range(_STAFF))

    def cases(self) -> Iterator[SyntheticCase]:
        """One life after another, each kept only until the next is asked for. Of the time before the first day there are
        those with something that was recorded since.
        """
        for year in range(self.first_day.year - _YEARS_BEFORE, self.last_day.year):
            yield from self._year(plan_year(date(year, 4, 1)))

    def _year(self, year: Period) -> Iterator[SyntheticCase]:
        # Referrals that come in as often as investigations are begun make recommendations, so that there are as many.
        a_hand = round(shape.RECOMMENDATIONS / shape.REFERRALS / shape.INVESTIGATED * 1000)
        hands = Draws(self.seed, f"recommendations {year.first}")
        kinds: tuple[tuple[str, int, Callable[[Telling], None]], ...] = (
            ("R", shape.REFERRALS, lambda told: _referral(told, hands, a_hand)),
            ("V", shape.REVIEWS, review),
            ("D", shape.DSI_REVIEWS, dsi_review),
        )
        for letter, a_year, tell in kinds:
            yield from self._of_kind(year, letter, max(1, round(a_year * self.scale)), tell)

    def _of_kind(
        self, year: Period, letter: str, count: int, tell: Callable[[Telling], None]
    ) -> Iterator[SyntheticCase]:
        draws, days = Draws(self.seed, f"{letter} {year.first}"), (year.last - year.first).days + 1
        for number in range(count):
            begins = year.first + int((number + draws.share("the day")) * days / count) * _DAY
            told = Telling(draws, self.calendar, begins, self.staff)
            tell(told)
            facts = told.facts(self.last_day)
            if facts and facts[-1].recorded_at.date() >= self.first_day:
                reference = f"{PREFIX}/{year.first.year}/{letter}{number + 1:06d}"
                yield SyntheticCase(told.case_id, reference, f"{PREFIX}: never happened", told.lead, facts)


def _referral(told: Telling, hands: Draws, a_hand: int) -> None:
    whole, part = divmod(a_hand, 1000)
    referral(told, recommendations=whole + hands.happens("one more", part / 1000))
