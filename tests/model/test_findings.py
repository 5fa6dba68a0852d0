"""Times, places and readings that cannot be are not made; what a zone does not say is not guessed."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dems.model.findings import Moment, Place, Reading, ResultState, ZoneStatus

NOON = datetime(2021, 6, 1, 12, 0)  # noqa: DTZ001  what a device's clock showed has no zone of its own
HOUR = timedelta(hours=1)


def test_a_time_of_a_known_zone_is_known_in_utc() -> None:
    assert Moment(NOON, ZoneStatus.KNOWN, HOUR).at == datetime(2021, 6, 1, 11, 0, tzinfo=UTC)
    assert Moment(NOON, ZoneStatus.ASSUMED, timedelta(0)).at == NOON.replace(tzinfo=UTC)


def test_a_time_of_an_unknown_zone_is_never_guessed() -> None:
    assert Moment(NOON, ZoneStatus.UNKNOWN).at is None


@pytest.mark.parametrize(("year", "offset"), [(1, HOUR), (9999, -HOUR)])
def test_a_time_beyond_the_years_that_can_be_written_has_none_in_utc(year: int, offset: timedelta) -> None:
    local = NOON.replace(year=1, month=1, day=1, hour=0) if year == 1 else NOON.replace(year, 12, 31, 23, 59)
    assert Moment(local, ZoneStatus.KNOWN, offset).at is None


@pytest.mark.parametrize(
    ("local", "zone", "offset", "why"),
    [
        (NOON.replace(tzinfo=timezone(HOUR)), ZoneStatus.KNOWN, HOUR, "no zone of its own"),
        (NOON, ZoneStatus.KNOWN, None, "just where its zone"),
        (NOON, ZoneStatus.ASSUMED, None, "just where its zone"),
        (NOON, ZoneStatus.UNKNOWN, HOUR, "just where its zone"),
        (NOON, ZoneStatus.KNOWN, timedelta(hours=25), "no offset"),
    ],
)
def test_a_time_that_contradicts_itself_is_none(
    local: datetime, zone: ZoneStatus, offset: timedelta | None, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        Moment(local, zone, offset)


@pytest.mark.parametrize("where", [(90, 180), (-90, -180), (0, 0), (51.5, -0.12)])
def test_a_place_is_on_earth(where: tuple[float, float]) -> None:
    assert (Place(*where).latitude, Place(*where).longitude) == where


@pytest.mark.parametrize(
    "where", [(90.1, 0), (-91, 0), (0, 180.1), (0, -181), (math.nan, 0), (0, math.nan), (math.inf, 0)]
)
def test_a_place_elsewhere_is_none(where: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no place on earth"):
        Place(*where)


@pytest.mark.parametrize("state", ResultState)
@pytest.mark.parametrize("reason", [None, "It is encrypted."])
def test_a_result_has_a_reason_just_where_it_is_not_complete(state: ResultState, reason: str | None) -> None:
    def make() -> Reading:
        return Reading(state, reason, "image/jpeg", (), (), (), {}, "full", 0, 0, 0.0)

    if (state is ResultState.COMPLETE) == (reason is None):
        assert make().reason == reason
    else:
        with pytest.raises(ValueError, match="just where it is not complete"):
            make()
