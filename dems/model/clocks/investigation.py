"""Clocks of the case itself."""

from datetime import date

from dems.model.clocks.calendars import EW
from dems.model.clocks.counting import DayOne
from dems.model.clocks.definitions import Checked, ClockDefinition, Effect, Nature, Population, Statistic, Unit
from dems.model.life.events import EventKind, PauseKind, Strand
from dems.model.life.vocabulary import INVESTIGATED_BY_THE_BODY, Mode

CHECKED_ON = date(2026, 11, 22)
"""When the rules were last held against their sources."""
PLAN = "IOPC Business plan 2021/22, how we will measure our progress"
_CMR = "Police (Complaints and Misconduct) Regulations 2020, regulation "
_PRA = "Police Reform Act 2002, Schedule 3, paragraph "
_NO_PAUSE = "A suspension does not stop it: the text read has no pause."
_E = EventKind


def _investigation(months: int, target: int) -> ClockDefinition:
    return ClockDefinition(
        id=f"investigation-{months}-months",
        version=1,
        title=f"Investigation within {months} months",
        source=PLAN,
        checked=Checked.PARTLY,
        checked_on=CHECKED_ON,
        nature=Nature.TARGET,
        strand=Strand.CASE,
        starts=(_E.DECIDED_TO_INVESTIGATE,),
        stops=(_E.REPORT_FINAL,),
        unit=Unit.MONTHS,
        limit=months,
        pauses={PauseKind.SUB_JUDICE: Effect.NET},
        population=Population(modes=INVESTIGATED_BY_THE_BODY, without_major=True),
        statistic=Statistic.SHARE,
        target=target,
        remarks=(
            "The plan does not say which events start and stop it: the decision to investigate and the final report are taken.",
            "Whether a case is major is judged on the day the investigation was completed.",
        ),
    )


INVESTIGATION: tuple[ClockDefinition, ...] = (
    ClockDefinition(
        id="mandatory-referral",
        version=1,
        title="Mandatory referral by the force",
        source="Police (Complaints and Misconduct) Regulations 2020, the duty to refer by the end of the next day",
        checked=Checked.UNVERIFIED,
        checked_on=CHECKED_ON,
        nature=Nature.STATUTORY,
        strand=Strand.CASE,
        starts=(_E.REFERRAL_DUTY_CLEAR,),
        stops=(_E.REFERRAL_RECEIVED,),
        unit=Unit.DAYS,
        limit=1,
    ),
    ClockDefinition(
        id="mode-decision",
        version=1,
        title="Decision about the mode of investigation",
        source=PLAN,
        checked=Checked.PARTLY,
        checked_on=CHECKED_ON,
        nature=Nature.TARGET,
        strand=Strand.CASE,
        starts=(_E.REFERRAL_RECEIVED,),
        stops=(_E.MODE_DECIDED,),
        unit=Unit.WORKING_DAYS,
        limit=3,
        calendar=EW,
        pauses={PauseKind.FURTHER_INFORMATION: Effect.NET},
        statistic=Statistic.SHARE,
        target=80,
        remarks=(
            "Whether it starts with the referral or with its papers is a choice: another version of this clock changes it.",
            "Whether time for further information is left out is not settled: it is, in the net figure only.",
        ),
    ),
    _investigation(6, 35),
    _investigation(9, 66),
    _investigation(12, 85),
    ClockDefinition(
        id="timeliness-report",
        version=1,
        title="Report on timeliness of an investigation",
        source=f"{_CMR}13",
        checked=Checked.LOOKED_UP,
        checked_on=CHECKED_ON,
        nature=Nature.STATUTORY,
        strand=Strand.CASE,
        starts=(_E.COMPLAINT_MADE, _E.CAME_TO_ATTENTION),
        stops=(_E.REPORT_FINAL, _E.FORCE_INVESTIGATION_COMPLETE),
        unit=Unit.MONTHS,
        limit=12,
        then_every=6,
        each_period=_E.TIMELINESS_REPORT_SENT,
        day_one=DayOne.WITH,
        remarks=(
            _NO_PAUSE,
            "The prejudice exception changes who is sent the report, not when it is due.",
            "A report is sent as soon as practicable after the end of the period.",
        ),
    ),
    ClockDefinition(
        id="force-timeliness-report",
        version=1,
        title="Report on timeliness of an investigation that the force leads",
        source="Police (Conduct) Regulations 2020, regulation 19",
        checked=Checked.LOOKED_UP,
        checked_on=CHECKED_ON,
        nature=Nature.STATUTORY,
        strand=Strand.CASE,
        starts=(_E.CAME_TO_ATTENTION,),
        stops=(_E.FORCE_INVESTIGATION_COMPLETE,),
        unit=Unit.MONTHS,
        limit=12,
        then_every=6,
        each_period=_E.TIMELINESS_REPORT_SENT,
        day_one=DayOne.WITH,
        population=Population(modes=frozenset(Mode) - INVESTIGATED_BY_THE_BODY),
        remarks=(_NO_PAUSE, "The officer is sent a copy, subject to the harm test."),
    ),
    ClockDefinition(
        id="appropriate-authority-views",
        version=1,
        title="Views of the appropriate authority on the report",
        source=f"{_PRA}23",
        checked=Checked.UNVERIFIED,
        checked_on=CHECKED_ON,
        nature=Nature.STATUTORY,
        strand=Strand.CASE,
        starts=(_E.AA_VIEWS_REQUESTED,),
        stops=(_E.AA_VIEWS_RECEIVED,),
        unit=Unit.DAYS,
        limit=28,
        remarks=("The 28 days were not seen in the text: check them before relying on this date.",),
    ),
    ClockDefinition(
        id="right-to-review-request",
        version=1,
        title="Victim's request for review of a decision not to refer to the CPS",
        source="Victims' Right to Review policy of 26 June 2026",
        checked=Checked.UNVERIFIED,
        checked_on=CHECKED_ON,
        nature=Nature.POLICY,
        strand=Strand.CASE,
        starts=(_E.DECISION_LETTER_SENT,),
        stops=(_E.VRR_REQUESTED,),
        unit=Unit.DAYS,
        limit=None,
        population=Population(only_criminal=True),
        remarks=("The policy's limit was not found: nothing is due until a version of this clock has it.",),
    ),
    ClockDefinition(
        id="right-to-review-decision",
        version=1,
        title="Decision on a victim's request for review",
        source="Victims' Right to Review policy of 26 June 2026",
        checked=Checked.UNVERIFIED,
        checked_on=CHECKED_ON,
        nature=Nature.POLICY,
        strand=Strand.CASE,
        starts=(_E.VRR_REQUESTED,),
        stops=(_E.VRR_DECIDED,),
        unit=Unit.DAYS,
        limit=None,
        population=Population(only_criminal=True),
        remarks=("The policy's limit was not found: nothing is due until a version of this clock has it.",),
    ),
)
