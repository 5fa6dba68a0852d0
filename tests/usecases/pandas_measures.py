"""The measures in pandas, from facts alone: shares no code with clocks, rows or figures, nor with what reads the database."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from dems.cli.seed.telling import SyntheticCase
from tests.model.calendars import EW_CALENDAR

HOLIDAYS = np.array(sorted(EW_CALENDAR.holidays), dtype="datetime64[D]")
OURS = ("independent", "directed", "managed")
FAR = pd.Timestamp("2100-01-01")


@dataclass(frozen=True)
class Frames:
    """What stands of the facts that were known at an instant: one row for each event, and for whatever has a date."""

    events: pd.DataFrame
    modes: pd.DataFrame
    majors: pd.DataFrame
    themes: pd.DataFrame
    pauses: pd.DataFrame
    forces: pd.Series


def frames(cases: Iterable[SyntheticCase], as_of: datetime) -> Frames:
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in cases:
        known = [f for f in case.facts if f.recorded_at <= as_of]
        corrected = {f.corrects for f in known}
        for fact in known:
            if fact.id not in corrected:
                what: Any = fact.content
                said[type(what).__name__].append(
                    {"case": str(case.id), "on": _day(what), **_SAID.get(type(what).__name__, _nothing)(what)}
                )
    ends = pd.DataFrame(said["PauseEnded"]).rename(columns={"on": "until"}).drop(columns="case")
    pauses = pd.DataFrame(said["PauseBegun"]).merge(ends, on="pause", how="left").fillna({"until": FAR})
    forces = {one["case"]: one["force"] for one in said["Particulars"]}
    events, modes, majors, themes = (
        pd.DataFrame(said[name]) for name in ("Milestone", "ModeDecision", "MajorStatus", "ThemeStatus")
    )
    return Frames(events, modes, majors, themes, pauses, pd.Series(forces))


_SAID: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "Milestone": lambda m: {"about": str(m.about), "event": m.kind.value, "outcome": m.outcome and m.outcome.value},
    "ModeDecision": lambda m: {"mode": m.mode.value},
    "MajorStatus": lambda m: {"major": m.is_major},
    "ThemeStatus": lambda t: {"theme": t.theme},
    "PauseBegun": lambda p: {"pause": str(p.pause), "kind": p.kind.value},
    "PauseEnded": lambda p: {"pause": str(p.pause)},
    "Particulars": lambda p: {"force": p.force},
}
"""What each kind of fact says besides its date."""


def _nothing(_: Any) -> dict[str, Any]:
    return {}


def _day(what: Any) -> pd.Timestamp | None:
    return pd.Timestamp(what.when.on) if hasattr(what, "when") else None


def working_days(start: pd.Series, end: pd.Series) -> Any:
    """After the start up to and including the end."""
    one = np.timedelta64(1, "D")
    days = (start.to_numpy("datetime64[D]") + one, end.to_numpy("datetime64[D]") + one)
    return np.busday_count(*days, holidays=HOLIDAYS)


def first(events: pd.DataFrame, kind: str) -> pd.DataFrame:
    found = events[events.event == kind].sort_values("on", kind="stable")
    return found.drop_duplicates(["case", "about"])


def paused(frame: pd.DataFrame, pauses: pd.DataFrame, kind: str, *, working: bool) -> pd.Series:
    """Days of each row's case that lie in pauses of a kind, of those that its time is made of."""
    some = pauses[pauses.kind == kind].rename(columns={"on": "begins"})
    joined = frame.reset_index().merge(some, on="case")
    left = (
        joined[["begins", "start"]].max(axis=1).where(joined.begins > joined.start, joined.start + pd.Timedelta(days=1))
    )
    right = joined[["until", "stop"]].min(axis=1).where(joined.until <= joined.stop, joined.stop + pd.Timedelta(days=1))
    days = (right - left).dt.days.clip(lower=0)
    if working:
        days = pd.Series(
            np.busday_count(left.to_numpy("datetime64[D]"), right.to_numpy("datetime64[D]"), holidays=HOLIDAYS)
        )
        days = days.clip(lower=0)
    return days.groupby(joined["index"]).sum().reindex(frame.index, fill_value=0)


def mode_at(found: Frames, frame: pd.DataFrame, day: str) -> pd.Series:
    """The last decision by a day, of each row's case."""
    joined = frame.reset_index().merge(found.modes.rename(columns={"on": "decided"}), on="case", how="left")
    joined = joined[joined.decided <= joined[day]].sort_values("decided", kind="stable")
    return joined.groupby("index")["mode"].last().reindex(frame.index)


def themes_at(found: Frames, frame: pd.DataFrame, day: str) -> pd.Series:
    joined = frame.reset_index().merge(found.themes.rename(columns={"on": "since"}), on="case")
    joined = joined[joined.since <= joined[day]]
    return joined.groupby("index")["theme"].agg(frozenset).reindex(frame.index).map(
        lambda t: t if isinstance(t, frozenset) else frozenset()
    )  # fmt: skip


def clock(found: Frames, starts: str, stops: str) -> pd.DataFrame:
    """One row for each time that something began; `stop` is empty where it has not ended."""
    events = found.events
    one = first(events, starts)[["case", "about", "on"]].rename(columns={"on": "start"})
    two = first(events, stops)[["case", "about", "on", "outcome"]].rename(columns={"on": "stop"})
    return one.merge(two, on=["case", "about"], how="left")


def modes(found: Frames) -> pd.DataFrame:
    """From the referral to the first decision about the mode."""
    decided = found.modes.sort_values("on", kind="stable").drop_duplicates("case")
    frame = first(found.events, "referral_received")[["case", "on"]].rename(columns={"on": "start"})
    frame = frame.merge(decided.rename(columns={"on": "stop"})[["case", "stop"]], on="case", how="inner")
    frame["time"] = working_days(frame.start, frame.stop)
    frame["net_time"] = frame.time - paused(frame, found.pauses, "further_information", working=True)
    frame["in_time"], frame["net_in_time"] = frame.time <= 3, frame.net_time <= 3
    return frame


def investigations(found: Frames, months: int) -> pd.DataFrame:
    """From the first decision that the body investigates; with `stop` empty where the report is not final."""
    began = found.modes[found.modes["mode"].isin(OURS)].sort_values("on", kind="stable").drop_duplicates("case")
    frame = began.rename(columns={"on": "start"})[["case", "start"]].reset_index(drop=True)
    final = first(found.events, "report_final")[["case", "on"]].rename(columns={"on": "stop"})
    frame = frame.merge(final, on="case", how="left")
    majors = frame.reset_index().merge(found.majors.rename(columns={"on": "since"}), on="case")
    majors = (
        majors[(majors.since <= majors.stop) | majors.stop.isna()].sort_values("since").groupby("index").major.last()
    )
    frame["major"] = majors.reindex(frame.index).fillna(False).astype(bool)
    done = frame[frame.stop.notna()].copy()
    done["time"] = (done.stop - done.start).dt.days
    done["net_time"] = done.time - paused(done, found.pauses, "sub_judice", working=False)
    allowed = (done.start + pd.DateOffset(months=months) - done.start).dt.days
    done["in_time"], done["net_in_time"] = done.time <= allowed, done.net_time <= allowed
    return frame.join(done[["time", "net_time", "in_time", "net_in_time"]])


def reviews(found: Frames) -> pd.DataFrame:
    frame = clock(found, "review_papers_received", "review_decided").dropna(subset="stop").reset_index(drop=True)
    validity = first(found.events, "review_validity_decided")[["about", "outcome"]].rename(columns={"outcome": "valid"})
    frame = frame.merge(validity, on="about", how="left")
    frame["time"] = working_days(frame.start, frame.stop)
    return frame


def dsi_reviews(found: Frames) -> pd.DataFrame:
    frame = (
        clock(found, "dsi_review_papers_received", "dsi_review_decided").dropna(subset="stop").reset_index(drop=True)
    )
    frame["time"] = working_days(frame.start, frame.stop)
    return frame


def late(found: Frames, starts: str, stops: str, allowed: int, *, today: date, working: bool = False) -> pd.DataFrame:
    """Clocks of so many days after their start, with when they are due and whether they were missed by a day."""
    frame = clock(found, starts, stops)
    begun = frame.start.to_numpy("datetime64[D]")
    if working:
        frame["due"] = pd.to_datetime(np.busday_offset(begun, allowed, roll="backward", holidays=HOLIDAYS))
    else:
        frame["due"] = frame.start + pd.Timedelta(days=allowed)
    frame["over"] = frame.stop.notna() | (frame.due < pd.Timestamp(today))
    frame["missed"] = frame.over & ~(frame.stop <= frame.due)
    return frame


def within(days: pd.Series, period: Sequence[date]) -> pd.Series:
    return days.between(pd.Timestamp(period[0]), pd.Timestamp(period[1]))
