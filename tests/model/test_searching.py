"""What is searched, how far places lie from each other, and where a time of unknown zone may lie."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.model.findings import Entry, Moment, Place, ZoneStatus
from dems.model.ids import CaseId
from dems.model.places import EARTH_KILOMETRES, boxes, distance
from dems.model.searching import (
    MAX_DEVICE_TEXT,
    Near,
    Search,
    certainly_between,
    device_text,
    excerpt,
    found_text,
    shown_between,
)
from tests.readings import finding, shown

places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        (Place(0, 0), Place(0, 0), 0),
        # A quarter and a half of the way round.
        (Place(0, 0), Place(90, 0), 10_007.557),
        (Place(0, 0), Place(0, 180), 20_015.114),
        (Place(90, 13), Place(-90, 77), 20_015.114),
        # Nashville to Los Angeles, an example in many books: 2,887.26 km on a sphere of 6,372.8 km.
        (Place(36.12, -86.67), Place(33.94, -118.40), 2_887.26 * 6_371.0088 / 6_372.8),
    ],
)
def test_distances_are_those_of_the_great_circle(one: Place, other: Place, kilometres: float) -> None:
    assert distance(one, other) == pytest.approx(kilometres, rel=1e-5, abs=1e-9)
    assert distance(other, one) == pytest.approx(distance(one, other))


@given(places, places, st.floats(0.001, 20_040))
def test_no_place_within_a_circle_is_outside_of_its_boxes(centre: Place, other: Place, kilometres: float) -> None:
    inside = any(
        b.south <= other.latitude <= b.north and b.west <= other.longitude <= b.east for b in boxes(centre, kilometres)
    )
    assert inside or distance(centre, other) > kilometres


@given(places, st.floats(0.001, 500))
def test_boxes_lie_on_earth_and_are_no_larger_than_they_must_be(centre: Place, kilometres: float) -> None:
    found = boxes(centre, kilometres)
    assert all(-90 <= b.south <= b.north <= 90 and -180 <= b.west <= b.east <= 180 for b in found)
    height = sum(b.north - b.south for b in found[:1])
    assert height <= 2 * kilometres / EARTH_KILOMETRES * 57.3 + 0.001


def test_circles_at_poles_and_antimeridian_have_the_boxes_they_need() -> None:
    assert [(b.west, b.east) for b in boxes(Place(89.9, 10), 100)] == [(-180, 180)]
    assert [(b.west, b.east) for b in boxes(Place(-89.9, 10), 100)] == [(-180, 180)]
    west, east = boxes(Place(0, 179.9), 100)
    assert (west.east, east.west) == (180, -180)
    first, second = boxes(Place(0, -179.9), 100)
    assert (first.west, second.east) == (-180, 180)


@pytest.mark.parametrize("kilometres", [0, -1, float("nan"), float("inf"), 20_041])
def test_a_distance_is_more_than_nothing_and_no_more_than_the_earth_has(kilometres: float) -> None:
    with pytest.raises(ValueError, match="km"):
        Near(Place(0, 0), kilometres)


# --- times ---

FROM, TO = datetime(2026, 3, 3, 12, tzinfo=UTC), datetime(2026, 3, 4, 12, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 7)),  # noqa: DTZ001 what a clock showed
    st.integers(-12 * 60, 14 * 60).map(lambda m: timedelta(minutes=m)),
)
def test_a_time_that_lies_within_in_some_zone_is_within_what_clocks_may_have_shown(
    local: datetime, offset: timedelta
) -> None:
    search = Search(recorded_from=FROM, recorded_to=TO)
    least, most = shown_between(search)
    assert least is not None
    assert most is not None
    at = (local - offset).replace(tzinfo=UTC)
    unknown = Moment(local, ZoneStatus.UNKNOWN)
    if FROM <= at <= TO:
        assert least <= local <= most
    elif certainly_between(search, unknown):
        raise AssertionError("it is certain, and there is a zone in which it lies outside")


def test_an_open_end_stays_open() -> None:
    assert shown_between(Search(recorded_from=FROM)) == (datetime(2026, 3, 3), None)  # noqa: DTZ001
    assert shown_between(Search(recorded_to=TO)) == (None, datetime(2026, 3, 5, 2))  # noqa: DTZ001
    known = Moment(datetime(2026, 3, 3, 12), ZoneStatus.ASSUMED, timedelta(0))  # noqa: DTZ001
    assert certainly_between(Search(recorded_from=FROM), known)
    assert certainly_between(Search(recorded_to=TO), known)
    assert not certainly_between(Search(recorded_from=TO), known)


# --- what was asked ---


def test_what_was_asked_says_every_condition_and_only_those() -> None:
    case_id = CaseId(UUID(int=7))
    everything = Search("a b", FROM, TO, Near(Place(53.5, -2.25), 5), "canon", "image/*", 1.5, 60, case_id)
    assert everything.asked() == {
        "q": "a b",
        "recorded_from": "2026-03-03T12:00:00.000000Z",
        "recorded_to": "2026-03-04T12:00:00.000000Z",
        "near": "53.5,-2.25,5",
        "device": "canon",
        "media_type": "image/*",
        "duration_from": "1.5",
        "duration_to": "60",
        "case": str(case_id),
    }
    assert Search().asked() == {}


@pytest.mark.parametrize(
    "search",
    [
        Search(recorded_from=FROM),
        Search(recorded_to=TO),
        Search(near=Near(Place(0, 0), 1)),
        Search(device="x"),
        Search(duration_from=0.0),
        Search(duration_to=1.0),
    ],
)
def test_times_places_devices_and_durations_are_in_findings_alone(search: Search) -> None:
    assert search.only_in_findings


def test_words_kinds_and_cases_are_not() -> None:
    assert not Search(q="x", media_type="image/*", case_id=CaseId(UUID(int=1))).only_in_findings


def test_an_excerpt_is_the_text_or_a_part_of_it_around_a_word() -> None:
    assert excerpt("short", ["nothing"]) == "short"
    long = "a" * 300 + "needle" + "b" * 300
    found = excerpt(long, ["nothing", "needle"])
    assert "needle" in found
    assert len(found) == 200
    assert excerpt(long, ["nothing"]) == "a" * 200
    assert excerpt(long + "end", ["end"]).endswith("end")


def test_texts_and_names_are_searched_once_each_and_as_far_as_there_is_room() -> None:
    found = [
        finding("title", "one"),
        finding("width", 3),
        finding("title", ""),
        finding("entry", Entry("two")),
        finding("comment", "one"),
        finding("device.make", "Canon"),
    ]
    assert found_text(found) == "one\ntwo\nCanon"
    assert device_text(found) == "Canon"
    assert device_text([finding("device.make", "a"), finding("device.model", "b" * MAX_DEVICE_TEXT)]) == "a"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
@pytest.mark.parametrize("hours", [None, -14, 24])
def test_a_time_at_the_end_of_all_times_lies_somewhere(text: str, hours: float | None) -> None:
    moment = shown(text, hours=hours)
    early = text.startswith("0")
    end = datetime(2020, 1, 1, tzinfo=UTC)
    assert certainly_between(Search(recorded_to=end), moment) is early
    assert certainly_between(Search(recorded_from=end), moment) is not early


def test_clocks_are_not_put_beyond_what_can_be_written() -> None:
    least, most = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    shown_least, shown_most = least.replace(tzinfo=None), most.replace(tzinfo=None)
    assert shown_between(Search(recorded_from=least, recorded_to=most)) == (shown_least, shown_most)
