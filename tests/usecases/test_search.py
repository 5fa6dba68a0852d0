"""Items found again: by every condition, each alone and all together."""

import pytest

from dems.bootstrap import Dems
from dems.errors import Invalid
from dems.model.evidence import Evidence
from dems.model.findings import Entry, Place
from dems.model.searching import Near
from tests.conftest import Team, team_of
from tests.readings import finding, record, shown
from tests.usecases.searches import Find, at, declared, ids, searching, three_items, where
from tests.world import World


@pytest.fixture
def find(dems: Dems, team: Team) -> Find:
    return searching(dems, team)


@pytest.fixture
def items(world: World, team: Team) -> list[Evidence]:
    return three_items(world, team)


@pytest.fixture(scope="module")
def asked(connected: Dems) -> tuple[Find, list[Evidence]]:
    """A case whose items are read anew for each line of a table: only the last reading is searched."""
    world = World(connected)
    team = team_of(world)
    return searching(connected, team), three_items(world, team)


# --- words ---


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("zebra", True),
        ("ZEBRA crossing", True),
        ('"zebra crossing"', True),
        ('"crossing zebra"', False),
        ("zebra -crossing", False),
        ("zebra or elephant", True),
        ("recording.mp4", True),
        ("recording", True),
        ("zebr", False),
        ("zebra elephant", False),
    ],
)
def test_words_are_found_as_a_person_writes_them(
    dems: Dems, asked: tuple[Find, list[Evidence]], q: str, found: bool
) -> None:
    find, items = asked
    record(dems, items[1], finding("title", "A Zebra crossing"))
    answer = find(q=q)
    assert (items[1].id in ids(answer)) is found


def test_each_result_says_which_fields_matched(dems: Dems, team: Team, items: list[Evidence], find: Find) -> None:
    record(
        dems,
        items[0],
        finding("title", "Quay at night", source="PDF:Title"),
        finding("entry", Entry("photos/quay 1.jpg")),
        finding("comment", "nothing"),
    )
    other = declared(dems, team, "QUAY/1", "The quay, from the bridge")
    found = find(q="quay")
    assert ids(found) == [items[0].id, other.id]
    assert found.count == 2
    assert where(found.hits[0]) == [("finding", "title"), ("finding", "entry")]
    first = found.hits[0].matched[0]
    assert (first.finding and first.finding.source, first.excerpt) == ("PDF:Title", "Quay at night")
    assert found.hits[0].matched[1].excerpt == "photos/quay 1.jpg"
    assert where(found.hits[1]) == [("exhibit_ref", None), ("description", None)]
    assert found.hits[1].case_reference == team.case.reference


def test_a_long_text_is_shown_around_the_word(dems: Dems, items: list[Evidence], find: Find) -> None:
    record(dems, items[0], finding("comment", "x " * 900 + "needle" + " y" * 900))
    excerpt = find(q="needle").hits[0].matched[0].excerpt
    assert excerpt is not None
    assert "needle" in excerpt
    assert len(excerpt) == 200


def test_a_file_of_the_last_year_that_can_be_written_ends_nobodys_search(
    dems: Dems, items: list[Evidence], find: Find
) -> None:
    record(dems, items[0], finding("recorded_at", shown("9999-12-31T23:59:59")))
    record(dems, items[1], finding("recorded_at", shown("0001-01-01T00:00:00")))
    assert ids(find(recorded_from=at("2020-01-01"))) == [items[0].id]
    assert ids(find(recorded_to=at("2020-01-01"))) == [items[1].id]


@pytest.mark.parametrize("field", ["q", "device"])
def test_signs_beyond_measure_are_refused_in_words(find: Find, field: str) -> None:
    with pytest.raises(Invalid, match="fewer signs"):
        find(**{field: "zebra " + "- " * 100 + "crossing"})


def test_results_warn_of_malware(dems: Dems, items: list[Evidence], find: Find) -> None:
    record(dems, items[0], finding("title", "zebra"), finding("malware", "Eicar", flags=("found",)))
    record(dems, items[1], finding("title", "zebra"))
    assert [h.findings.malware for h in find(q="zebra").hits] == [True, False]


def test_quotes_and_backslashes_in_words_are_letters_like_others(dems: Dems, items: list[Evidence], find: Find) -> None:
    record(dems, items[0], finding("title", "O'Hara \\\\server\\share"))
    for q in ("O'Hara", "\\\\server\\share", "'; DROP TABLE", "hara server"):
        answer = find(q=q)
        assert ids(answer) == ([] if "DROP" in q else [items[0].id]), q


def test_a_few_findings_of_many_are_shown(dems: Dems, items: list[Evidence], find: Find) -> None:
    record(dems, items[0], *(finding("entry", Entry(f"quay {n}.jpg")) for n in range(10)))
    assert [m.position for m in find(q="quay").hits[0].matched] == [0, 1, 2]


def test_only_the_last_reading_is_searched(dems: Dems, items: list[Evidence], find: Find) -> None:
    record(dems, items[0], finding("title", "zebra"), finding("recorded_at", shown("2026-03-03T10:00:00", hours=0)))
    record(dems, items[0], finding("title", "giraffe"))
    assert ids(find(q="zebra")) == []
    assert ids(find(q="giraffe")) == [items[0].id]
    assert ids(find(recorded_from=at("2026-03-03"), recorded_to=at("2026-03-04"))) == []


def test_what_is_described_anew_is_found_by_its_new_words(dems: Dems, team: Team, find: Find) -> None:
    item = declared(dems, team, "D/1", "an old lamp")
    dems.evidence.describe(team.investigator.actor, item.id, {"description": "a lantern"}, if_version=item.version)
    assert (ids(find(q="lamp")), ids(find(q="lantern"))) == ([], [item.id])


@pytest.mark.parametrize("q", ["...", '""', "-", "\u2020"])
def test_a_query_without_words_is_refused_and_not_taken_for_everything(find: Find, q: str) -> None:
    for asked in ({"q": q}, {"device": q}):
        with pytest.raises(Invalid, match="no word"):
            find(**asked)


def test_a_search_has_a_condition(find: Find) -> None:
    with pytest.raises(Invalid, match="at least one condition"):
        find(case=None)


# --- times ---


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("clock", "hours", "least", "most", "certain"),
    [
        ("2026-03-03T12:00:00", 0, "2026-03-03T12:00:00", "2026-03-03T12:00:00", True),
        ("2026-03-03T12:00:00", 1, "2026-03-03T11:00:00", "2026-03-03T11:00:00", True),
        ("2026-03-03T12:00:00", 1, "2026-03-03T11:00:01", None, None),
        ("2026-03-03T12:00:00", -5, "2026-03-03T16:59:59", "2026-03-03T17:00:00", True),
        ("2026-03-03T12:00:00", None, "2026-03-03T12:00:00", "2026-03-03T13:00:00", False),
        # Fourteen hours east of UTC is the earliest that it can have been, twelve hours west the latest.
        ("2026-03-03T12:00:00", None, None, "2026-03-02T22:00:00", False),
        ("2026-03-03T12:00:00", None, None, "2026-03-02T21:59:59", None),
        ("2026-03-03T12:00:00", None, "2026-03-04T00:00:00", None, False),
        ("2026-03-03T12:00:00", None, "2026-03-04T00:00:01", None, None),
        ("2026-03-03T12:00:00", None, "2026-03-02T22:00:00", "2026-03-04T00:00:00", True),
    ],
)
def test_times_are_found_where_they_lie_or_may_lie(
    dems: Dems,
    asked: tuple[Find, list[Evidence]],
    clock: str,
    hours: float | None,
    least: str | None,
    most: str | None,
    certain: bool | None,
) -> None:
    """`certain` is None where nothing is to be found."""
    find, items = asked
    record(dems, items[0], finding("recorded_at", shown(clock, hours=hours)))
    found = find(recorded_from=least and at(least), recorded_to=most and at(most))
    assert [m.certain for h in found.hits for m in h.matched] == ([] if certain is None else [certain])


def test_only_times_of_recording_and_sending_answer(dems: Dems, items: list[Evidence], find: Find) -> None:
    moment = shown("2026-03-03T12:00:00", hours=0)
    for item, name in zip(items, ("modified_at", "recorded_at", "sent_at"), strict=True):
        record(dems, item, finding(name, moment))
    assert ids(find(recorded_from=at("2026-03-03"))) == [items[1].id, items[2].id]


# --- places ---


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("place", "near", "kilometres"),
    [
        # Manchester to Liverpool: 50 km along the great circle.
        (Place(53.4084, -2.9916), Near(Place(53.4808, -2.2426), 60), 50.2),
        (Place(53.4084, -2.9916), Near(Place(53.4808, -2.2426), 49), None),
        # Across the antimeridian, both ways: 0.2 degrees of longitude at the equator.
        (Place(0, -179.9), Near(Place(0, 179.9), 23), 22.2),
        (Place(0, 179.9), Near(Place(0, -179.9), 23), 22.2),
        # Over the poles: 1 degree on each side.
        (Place(89, 0), Near(Place(89, 180), 223), 222.4),
        (Place(-89, -90), Near(Place(-89, 90), 223), 222.4),
        (Place(89, 0), Near(Place(89, 180), 221), None),
        # In the corner of the box and outside of the circle.
        (Place(0.09, 0.09), Near(Place(0, 0), 11), None),
        # The other side of the earth.
        (Place(-53.4808, 177.7574), Near(Place(53.4808, -2.2426), 20_040), 20015.1),
    ],
)
def test_places_are_found_by_their_distance_on_the_great_circle(
    dems: Dems, asked: tuple[Find, list[Evidence]], place: Place, near: Near, kilometres: float | None
) -> None:
    find, items = asked
    record(dems, items[2], finding("position", place), finding("title", "x"))
    found = find(near=near)
    assert [m.kilometres for h in found.hits for m in h.matched] == (
        [] if kilometres is None else [pytest.approx(kilometres, rel=0.005)]
    )


# --- devices, kinds, durations ---


def test_devices_are_found_by_what_the_file_says_of_them(dems: Dems, items: list[Evidence], find: Find) -> None:
    record(dems, items[0], finding("device.make", "Canon"), finding("device.model", "Canon EOS 5D"))
    record(dems, items[1], finding("title", "How to use a Canon EOS 5D"))
    found = find(device="canon 5d")
    assert ids(found) == [items[0].id]
    assert where(found.hits[0]) == [("finding", "device.make"), ("finding", "device.model")]


def test_kinds_are_found_exactly_or_by_their_family(dems: Dems, items: list[Evidence], find: Find) -> None:
    for item, kind in zip(items, ("image/jpeg", "image/png", "video/mp4"), strict=True):
        record(dems, item, media_type=kind)
    assert ids(find(media_type="image/jpeg")) == [items[0].id]
    assert ids(find(media_type="image/*")) == [items[0].id, items[1].id]
    assert ids(find(media_type="im_ge/*")) == []
    assert where(find(media_type="video/*").hits[0]) == [("media_type", None)]


def test_durations_are_found_by_number_ends_included(dems: Dems, items: list[Evidence], find: Find) -> None:
    for item, seconds in zip(items, (10.0, 60.0, 3600.0), strict=True):
        record(dems, item, finding("duration", seconds), finding("width", 30.0))
    assert ids(find(duration_from=10, duration_to=60)) == [items[0].id, items[1].id]
    assert ids(find(duration_from=60.001)) == [items[2].id]
    assert where(find(duration_to=10).hits[0]) == [("finding", "duration")]


def test_every_condition_must_hold_and_each_says_what_answered(dems: Dems, items: list[Evidence], find: Find) -> None:
    for item, maker in zip(items, ("Canon", "Canon", "Nikon"), strict=True):
        record(
            dems,
            item,
            finding("device.make", maker),
            finding("recorded_at", shown("2026-03-03T12:00:00", hours=0)),
            finding("position", Place(53.0, -2.0)),
        )
    record(dems, items[1], finding("device.make", "Canon"))
    found = find(device="canon", recorded_from=at("2026-03-01"), near=Near(Place(53, -2), 1), media_type="image/*")
    assert ids(found) == [items[0].id]
    assert where(found.hits[0]) == [
        ("media_type", None),
        ("finding", "recorded_at"),
        ("finding", "position"),
        ("finding", "device.make"),
    ]
