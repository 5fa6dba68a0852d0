"""Measures over HTTP: figures, the cases behind them, the report in three forms, and questions that cannot be answered."""

import csv
import io
from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pypdfium2
import pytest

from dems.cli.measures import lines
from dems.cli.seed.history import History
from dems.engines import Connections
from dems.settings import Settings
from tests.api.conftest import PLAIN, serve
from tests.api.problems import problem_of
from tests.model.calendars import EW_CALENDAR
from tests.usecases.seeded import Seeded, seeded

Ask = Callable[..., httpx.Response]
YEAR = {"from": "2021-04-01", "to": "2022-03-31"}
MARCH = {"from": "2022-03-01", "to": "2022-03-31"}


@pytest.fixture(scope="module")
def history(engines: Connections, settings: Settings) -> Iterator[Seeded]:
    with seeded(engines, settings, History(3, 1, 0.008, EW_CALENDAR)) as made:
        yield made


@pytest.fixture(scope="module")
def ask(history: Seeded) -> Iterator[Ask]:
    for url in serve(history.dems, history.dems.settings):
        with httpx.Client(base_url=url, headers=history.auditor.headers, verify=PLAIN, timeout=60) as http:
            yield partial(_get, http)


def _get(http: httpx.Client, path: str, **params: str) -> httpx.Response:
    return http.get(path, params=params)


def test_a_year_is_answered_measure_by_measure(ask: Ask) -> None:
    found = (ask("/v1/measures", **YEAR)).json()
    assert (found["asked"]["from"], found["asked"]["to"], found["synthetic"]) == ("2021-04-01", "2022-03-31", True)
    names = [m["name"] for m in found["measures"]]
    assert names[:6] == [
        "mode-decision", "investigation-6-months", "investigation-9-months", "investigation-12-months", "review", "dsi-review"
    ]  # fmt: skip
    modes = found["measures"][0]
    assert [f["label"] for f in modes["figures"]] == ["gross", "net of time for further information"]
    gross = modes["figures"][0]
    assert gross["value"] == round(100 * gross["numerator"] / gross["denominator"], 2)
    assert gross["met"] == (gross["numerator"] * 100 >= 80 * gross["denominator"])
    told = "\n".join(lines(found))
    assert "SYNTHETIC DATA" in told
    assert f"({gross['numerator']:,} of {gross['denominator']:,})" in told


def test_the_cases_behind_are_paged(ask: Ask) -> None:
    whole = (ask("/v1/measures", **YEAR)).json()["measures"][0]["figures"][0]
    page = (ask("/v1/measures/mode-decision/cases", limit="20", **YEAR)).json()
    rows = page["items"]
    while page["next"] is not None:
        page = (ask("/v1/measures/mode-decision/cases", limit="20", after=page["next"], **YEAR)).json()
        rows += page["items"]
    assert len(rows) == whole["denominator"]
    assert sum(r["holds"] for r in rows) == whole["numerator"]
    assert all(r["case_reference"].startswith("SYNTHETIC/") and r["left_out"] is None for r in rows)


@pytest.mark.parametrize(
    ("path", "params", "says"),
    [
        ("/v1/measures", {"from": "2022-04-01", "to": "2022-03-31"}, "exchange its dates"),
        ("/v1/measures", {**YEAR, "as_of": "2100-01-01T00:00:00Z"}, "not known yet"),
        ("/v1/measures/speed/cases", YEAR, "no measure 'speed'"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask: Ask, path: str, params: dict[str, str], says: str) -> None:
    assert says in problem_of(ask(path, **params), 422)["detail"]


def test_the_report_says_the_same_in_three_forms(ask: Ask) -> None:
    told = (ask("/v1/measures/report", **MARCH)).json()
    assert (len(told["months"]), told["to_date"]["from"]) == (12, "2021-04-01")
    rows = list(csv.DictReader(io.StringIO((ask("/v1/measures/report", format="csv", **MARCH)).text)))
    expected = {
        (m["name"], f["label"]): (f["numerator"], f["denominator"]) for m in told["period"] for f in m["figures"]
    }
    of_csv = {
        (r["measure"], r["figure"]): (int(r["numerator"]), int(r["denominator"]))
        for r in rows
        if r["section"] == "period" and r["denominator"]
    }
    assert of_csv == expected
    first, again = [(ask("/v1/measures/report", format="pdf", as_of="2022-04-01T09:00:00Z", **MARCH)) for _ in "12"]
    assert first.headers["Content-Disposition"] == 'attachment; filename="measures-2022-03-01-2022-03-31.pdf"'
    assert len(again.content) == pytest.approx(len(first.content), rel=0.01)
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(first.content)]
    assert len(pages) >= 5
    assert all("SYNTHETIC DATA" in page and "01 April 2022, 09:00 UTC" in page for page in pages)
    assert "Timeliness and outcomes, March 2022" in pages[0]
    assert "Left out:" in pages[-1] or "Left out:" in pages[-2]
