"""Charts of a report: few kinds, drawn so that they can be read in black and white."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.utils import simpleSplit

from dems.documents.fonts import BOLD, PLAIN

INK, MUTED, GRID = HexColor("#1f2933"), HexColor("#5f6b7a"), HexColor("#d9dee4")
BLUE, PALE, RED = HexColor("#1b4f8f"), HexColor("#8fb0d9"), HexColor("#b3261e")
SERIES = (BLUE, HexColor("#c77f1a"), HexColor("#5b8c5a"))
_SMALL, _TITLE = 6.5, 8.5
_LEFT, _RIGHT, _BOTTOM, _TOP = 26, 8, 26, 40
_LINE = 10
_LEAST_TOP = 4.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the values lie: from 0 at the bottom to `top`."""

    width: float
    height: float
    top: float
    places: int

    def x(self, place: float) -> float:
        inner = self.width - _LEFT - _RIGHT
        return _LEFT + inner * (place + 0.5) / max(self.places, 1)

    def y(self, value: float) -> float:
        return _BOTTOM + (self.height - _BOTTOM - _TOP) * min(value, self.top) / self.top


def trend(
    title: str,
    labels: Sequence[str],
    gross: Sequence[float | None],
    net: Sequence[float | None] | None,
    target: int | None,
    unit: str,
    size: tuple[float, float],
) -> Drawing:
    """A value by month against its target. A month without a value has no point, and no line goes through it."""
    width, height = size
    seen = [v for v in (*gross, *(net or ())) if v is not None]
    top = 100.0 if unit == "%" else nice_top(max([*seen, float(target or 0)], default=1.0))
    frame = Frame(width, height, top, len(labels))
    drawing = _canvas(title, frame, labels, unit)
    if target is not None:
        level = frame.y(target)
        drawing.add(Line(_LEFT, level, width - _RIGHT, level, strokeColor=RED, strokeWidth=1, strokeDashArray=[4, 2]))
        drawing.add(
            _text(
                width - _RIGHT, height - 30, f"target {target}{unit if unit == '%' else ''}", anchor="end", colour=RED
            )
        )
    if net is not None:
        _line(drawing, frame, net, PALE, dashes=[2, 2])
    _line(drawing, frame, gross, BLUE)
    last = next((v for v in reversed(gross) if v is not None), None)
    if last is not None:
        where = len(gross) - 1 - next(i for i, v in enumerate(reversed(gross)) if v is not None)
        drawing.add(_text(frame.x(where), frame.y(last) + 5, f"{last:.1f}", anchor="middle", colour=INK, bold=True))
    return drawing


def columns(
    title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], size: tuple[float, float]
) -> Drawing:
    """Numbers by month, side by side."""
    width, height = size
    top = nice_top(max((float(v) for _, values in series for v in values), default=1.0))
    frame = Frame(width, height, top, len(labels))
    drawing = _canvas(title, frame, labels, "")
    step = (frame.x(1) - frame.x(0)) * 0.8 / max(len(series), 1)
    for number, (name, values) in enumerate(series):
        colour = SERIES[number % len(SERIES)]
        for place, value in enumerate(values):
            left = frame.x(place) - step * len(series) / 2 + number * step
            bar = frame.y(value) - frame.y(0)
            drawing.add(Rect(left, frame.y(0), step * 0.9, bar, fillColor=colour, strokeColor=None))
        at = _LEFT + number * (width - _LEFT) / max(len(series), 1)
        drawing.add(Rect(at, height - 30, 6, 6, fillColor=colour, strokeColor=None))
        drawing.add(_text(at + 9, height - 30, name))
    return drawing


def bars(title: str, values: Sequence[tuple[str, int]], size: tuple[float, float]) -> Drawing:
    """Numbers by name, each written at the end of its bar."""
    width, height = size
    drawing = Drawing(width, height)
    _title(drawing, title, width, height)
    top, names = max((v for _, v in values), default=0) or 1, width * 0.34
    step = (height - 22) / max(len(values), 1)
    for place, (name, value) in enumerate(values):
        y = height - 22 - (place + 1) * step + step * 0.2
        bar = (width - names - 36) * value / top
        drawing.add(_text(names - 5, y + step * 0.2, name, anchor="end", colour=INK))
        drawing.add(Rect(names, y, bar, step * 0.65, fillColor=BLUE, strokeColor=None))
        drawing.add(_text(names + bar + 4, y + step * 0.2, f"{value:,}", colour=INK, bold=True))
    return drawing


def nice_top(most: float) -> float:
    """The round number above all values that an axis ends with; a quarter of it is whole."""
    if most <= _LEAST_TOP:
        return _LEAST_TOP
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * step for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if power * step >= most)


def _canvas(title: str, frame: Frame, labels: Sequence[str], unit: str) -> Drawing:
    drawing = Drawing(frame.width, frame.height)
    _title(drawing, title, frame.width, frame.height)
    for quarter in range(5):
        value = frame.top * quarter / 4
        level = frame.y(value)
        drawing.add(Line(_LEFT, level, frame.width - _RIGHT, level, strokeColor=GRID, strokeWidth=0.5))
        drawing.add(_text(_LEFT - 3, level - 2, f"{value:g}{unit if unit == '%' else ''}", anchor="end"))
    for place, label in enumerate(labels):
        for line, word in enumerate(label.split()):
            drawing.add(_text(frame.x(place), _BOTTOM - 9 - 8 * line, word, anchor="middle"))
    if unit not in {"", "%"}:
        drawing.add(_text(_LEFT, frame.height - 30, unit))
    return drawing


def _title(drawing: Drawing, title: str, width: float, height: float) -> None:
    for number, line in enumerate(simpleSplit(title, BOLD, _TITLE, width - _RIGHT)[:2]):
        y = height - _LINE * (number + 1)
        drawing.add(String(0, y, line, fontName=BOLD, fontSize=_TITLE, fillColor=INK))


def _line(
    drawing: Drawing, frame: Frame, values: Sequence[float | None], colour: Color, dashes: list[int] | None = None
) -> None:
    run: list[float] = []
    for place, value in enumerate([*values, None]):
        if value is None:
            if len(run) > 2:  # noqa: PLR2004  (a point has two coordinates, a line at least two points)
                drawing.add(PolyLine(run, strokeColor=colour, strokeWidth=1.4, strokeDashArray=dashes))
            run = []
            continue
        run += [frame.x(place), frame.y(value)]
        drawing.add(Circle(frame.x(place), frame.y(value), 1.8, fillColor=colour, strokeColor=None))


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: Color = MUTED, bold: bool = False) -> String:
    return String(x, y, text, fontName=BOLD if bold else PLAIN, fontSize=_SMALL, fillColor=colour, textAnchor=anchor)
