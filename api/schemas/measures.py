"""Measures on the wire."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Instant, View
from dems.model.life.vocabulary import Mode
from dems.model.measures.catalogue import Kind, Rule
from dems.model.measures.figuring import Asked, Measured, Result, holds
from dems.model.measures.report import Corrected, decimal, figures_of, unit_of
from dems.ports import Behind
from dems.usecases.measures.look_up import MOST_CORRECTIONS, Answer


class AskedView(View):
    """What the figures are of."""

    from_: date = Field(serialization_alias="from")
    to: date
    as_of: Instant = Field(description="Only what was known at that instant is counted")
    force: str | None
    theme: str | None
    mode: Mode | None
    team: UUID | None

    @classmethod
    def of(cls, asked: Asked) -> "AskedView":
        return cls(
            from_=asked.period.first, to=asked.period.last, as_of=asked.as_of, force=asked.force, theme=asked.theme,
            mode=asked.mode, team=asked.team,
        )  # fmt: skip


class FigureView(View):
    """One figure. `gross` counts all time; what a net one leaves out is in its label."""

    label: str = Field(description="`gross`, or net of what")
    numerator: int = Field(description="Those in time or that hold; of a mean, all counted time together")
    denominator: int
    value: float | None = Field(description="Rounded to two places; null of nothing")
    mean: float | None
    median: float | None
    met: bool | None = Field(description="Null without a target or without a value")

    @classmethod
    def of(cls, figure: Measured) -> "FigureView":
        return cls(
            label=figure.label, numerator=figure.numerator, denominator=figure.denominator, value=decimal(figure.value),
            mean=decimal(figure.mean), median=decimal(figure.median), met=figure.met,
        )  # fmt: skip


class LeftOutView(View):
    why: str
    count: int


class PartView(View):
    name: str
    count: int


class MeasureView(View):
    name: str
    title: str
    kind: Kind
    unit: str
    target: int | None
    counts: str
    source: str
    figures: list[FigureView]
    left_out: list[LeftOutView] = Field(description="How many stopped in the period and are not counted, by why")
    parts: list[PartView] = Field(description="Of open cases by age, of answers by kind, of missed dates by clock")

    @classmethod
    def of(cls, result: Result) -> "MeasureView":
        rule = result.rule
        return cls(
            name=rule.name, title=rule.title, kind=rule.kind, unit=unit_of(result), target=rule.target,
            counts=rule.counts, source=rule.source, figures=[FigureView.of(f) for f in figures_of(result)],
            left_out=[LeftOutView(why=why, count=count) for why, count in result.left_out],
            parts=[PartView(name=name, count=count) for name, count in result.parts],
        )  # fmt: skip


class CorrectedView(View):
    case_id: UUID
    case_reference: str
    fact: UUID
    kind: str
    was_on: date | None
    is_on: date | None = Field(description="Null where it was taken back, or has no date")
    recorded_at: Instant
    reason: str

    @classmethod
    def of(cls, one: Corrected) -> "CorrectedView":
        return cls.model_validate(one)


class CorrectionsView(View):
    count: int
    listed: list[CorrectedView] = Field(max_length=MOST_CORRECTIONS, description="The first of them")


class MeasuresView(View):
    """Figures of the cases that you may see, and of no other."""

    asked: AskedView
    synthetic: bool = Field(description="Some cases here never happened: a seed made them")
    measures: list[MeasureView]
    corrected_since: CorrectionsView = Field(description="Facts known at `as_of` that have been corrected since")

    @classmethod
    def of(cls, asked: Asked, answer: Answer) -> "MeasuresView":
        return cls(
            asked=AskedView.of(asked),
            synthetic=answer.synthetic,
            measures=[MeasureView.of(r) for r in answer.results],
            corrected_since=CorrectionsView(
                count=answer.corrections.count, listed=[CorrectedView.of(c) for c in answer.corrections.listed]
            ),
        )


class BehindView(View):
    """One clock, or one open case, that a measure looks at."""

    case_id: UUID
    case_reference: str
    about: UUID | None = Field(description="The review, recommendation or other strand; null: the case itself")
    clock: str
    started_on: date
    stopped_on: date | None
    due_on: date | None
    counted: int | None = Field(description="Null where the measure has no time")
    net_counted: int | None
    holds: bool = Field(description="Whether it is in the numerator, gross")
    net_holds: bool | None
    left_out: str | None = Field(description="Why it is not counted; null where it is")
    answer: Literal["upheld", "not_upheld", "accepted", "partially_accepted", "not_accepted"] | None

    @classmethod
    def of(cls, rule: Rule, one: Behind) -> "BehindView":
        group = one.group
        return cls(
            case_id=one.case_id, case_reference=one.reference, about=one.about, clock=group.clock,
            started_on=one.started_on, stopped_on=one.stopped_on, due_on=one.due_on,
            counted=group.counted if rule.timed else None, net_counted=group.net_counted,
            holds=holds(rule, group), net_holds=group.net_in_time,
            left_out=None if group.member or rule.everything else group.left_out,
            answer=None if group.outcome is None else group.outcome.value,
        )  # fmt: skip
