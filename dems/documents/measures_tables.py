"""Tables and sentences of the monthly report."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle

from dems.documents import texts
from dems.documents.charts import BLUE, GRID, INK, MUTED, RED
from dems.documents.fonts import BOLD, PLAIN, fonts
from dems.model.measures.catalogue import Kind
from dems.model.measures.figuring import Measured, Result
from dems.model.measures.report import Cut, Report, decimal, figures_of, unit_of

_BODY = ParagraphStyle("body", fontName=PLAIN, fontSize=7.5, leading=10, textColor=INK)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=6.5, leading=8.5, textColor=MUTED)
_HEADS = {
    1: ParagraphStyle("h1", parent=_BODY, fontName=BOLD, fontSize=16, leading=20, spaceAfter=6),
    2: ParagraphStyle("h2", parent=_BODY, fontName=BOLD, fontSize=11, leading=14, spaceBefore=8, spaceAfter=4),
}
_CELL_HEAD = ParagraphStyle("head", parent=_BODY, fontName=BOLD, textColor=white)
_STRIPE, _GOOD = HexColor("#f3f5f8"), HexColor("#1e6b3a")
_MOST_CUTS = 60


def plain(text: object) -> str:
    """A text of unknown origin as a paragraph takes it: nothing in it is markup, and nothing hides or turns round."""
    return escape(texts.shown(str(text), fonts()))


def heading(text: str, level: int) -> Paragraph:
    return Paragraph(plain(text), _HEADS[level])


def note(text: str) -> Paragraph:
    return Paragraph(plain(text), _SMALL)


def shown(figure: Measured, result: Result) -> str:
    """A value as people read it, with what it is made of."""
    if figure.value is None:
        return "none"
    if result.rule.kind is Kind.COUNT:
        return f"{figure.numerator:,}"
    value = f"{decimal(figure.value):.1f}"
    if result.rule.kind is Kind.SHARE:
        return f"{value} % ({figure.numerator:,} of {figure.denominator:,})"
    median = "" if figure.median is None else f", median {decimal(figure.median):g}"
    return f"{value} {unit_of(result)} (of {figure.denominator:,}{median})"


def facts_table(report: Report, width: float) -> Table:
    """What was asked, of when, and of which cases."""
    asked = report.asked
    filters = [
        f"{name} {value}"
        for name, value in (("force", asked.force), ("theme", asked.theme), ("mode", asked.mode), ("team", asked.team))
        if value is not None
    ]
    rows = [
        ("Period", f"{asked.period.first} to {asked.period.last}"),
        ("Plan year to date", f"{report.year.first} to {report.year.last}"),
        ("As known at", f"{asked.as_of:%Y-%m-%d %H:%M:%S} UTC"),
        ("Made at", f"{report.made_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Counts", report.scope + (f"; only {', '.join(filters)}" if filters else "")),
    ]
    table = Table([[_p(a, bold=True), _p(b)] for a, b in rows], colWidths=[width * 0.2, width * 0.8], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return table


def key_table(report: Report, width: float) -> Table:
    """Every measure: of the period, and of the plan year to date."""
    rows = [_heads("Measure", "Target", "Period", "", "Plan year to date", "")]
    for now, year in zip(report.period, report.to_date, strict=True):
        for place, (one, whole) in enumerate(zip(figures_of(now), figures_of(year), strict=True)):
            name = now.rule.title if place == 0 else ""
            label = f"{name} ({one.label})" if name and now.net else name or one.label
            rows.append([
                _p(label, bold=place == 0), _p(_target(now) if place == 0 else ""),
                _p(shown(one, now)), _met(one), _p(shown(whole, year)), _met(whole),
            ])  # fmt: skip
    return _table(rows, [width * part for part in (0.27, 0.13, 0.22, 0.08, 0.22, 0.08)])


def cut_table(cuts: Sequence[Cut], what: str, width: float) -> Flowable:
    """The measures with targets, of each force or theme; the first sixty by name."""
    if not cuts:
        return note("Nothing was completed in the plan year to date.")
    places = [i for i, r in enumerate(cuts[0].results) if r.rule.target is not None]
    titles = [cuts[0].results[i].rule.title for i in places]
    rows = [_heads(what, *titles)]
    rows += [[_p(cut.key), *(_short(cut.results[i]) for i in places)] for cut in cuts[:_MOST_CUTS]]
    one = 0.78 / max(len(places), 1)
    return _table(rows, [width * 0.22, *(width * one for _ in places)])


def missed_table(report: Report, width: float) -> Flowable:
    """By clock, of the period and of the plan year to date."""
    place = next((i for i, r in enumerate(report.period) if r.rule.name == "statutory-dates-missed"), None)
    if place is None:
        return note("This report has no statutory dates.")
    month, year = dict(report.period[place].parts), dict(report.to_date[place].parts)
    if not year:
        return note("None was missed in the plan year to date.")
    rows = [_heads("Clock", "Period", "Plan year to date")]
    rows += [[_p(name.replace("-", " ")), _p(month.get(name, 0)), _p(count)] for name, count in sorted(year.items())]
    return _table(rows, [width * 0.5, width * 0.25, width * 0.25])


def notes(report: Report) -> Iterable[Flowable]:
    """One paragraph for each measure: what it counts, where it comes from, what is left out and why."""
    for now, year in zip(report.period, report.to_date, strict=True):
        rule = now.rule
        said = f"<b>{plain(rule.title)}.</b> Counts {plain(rule.counts)}. Source: {plain(rule.source)}."
        if year.left_out:
            month = dict(now.left_out)
            said += " Left out: " + "; ".join(
                f"{count:,} in the plan year to date ({month.get(why, 0):,} in the period), since {plain(why)}"
                for why, count in year.left_out
            ) + "."  # fmt: skip
        yield Paragraph(said, ParagraphStyle("note", parent=_BODY, spaceAfter=4))


def corrections(report: Report, width: float) -> list[Flowable]:
    """What was known when these figures were made and has been corrected since."""
    found = report.corrections
    if not found.count:
        return [note("Nothing that these figures were made from has been corrected since.")]
    rows = [_heads("Case", "What", "Was", "Is", "Corrected", "Why")]
    rows += [
        [
            _p(c.case_reference), _p(c.kind.replace("_", " ")), _p(c.was_on or ""), _p(c.is_on or "taken back"),
            _p(f"{c.recorded_at:%Y-%m-%d}"), _p(c.reason),
        ]
        for c in found.listed
    ]  # fmt: skip
    more = found.count - len(found.listed)
    told: list[Flowable] = [_table(rows, [width * part for part in (0.26, 0.18, 0.12, 0.12, 0.12, 0.2)])]
    return [*told, note(f"And {more:,} more.")] if more else told


def _target(result: Result) -> str:
    if result.rule.target is None:
        return "watched"
    return f"{result.rule.target} {unit_of(result)}"


def _met(figure: Measured) -> Paragraph:
    if figure.met is None:
        return _p("")
    colour = _GOOD if figure.met else RED
    return Paragraph(
        "met" if figure.met else "not met", ParagraphStyle("met", parent=_BODY, fontName=BOLD, textColor=colour)
    )


def _short(result: Result) -> Paragraph:
    figure = result.gross
    if figure.value is None:
        return _p("-")
    value = f"{decimal(figure.value):.1f}{' %' if result.rule.kind is Kind.SHARE else ''}"
    value = f"<font color='#b3261e'><b>{value}</b></font>" if figure.met is False else value
    return Paragraph(f"{value} <font color='#5f6b7a' size='6'>of {figure.denominator:,}</font>", _BODY)


def _p(text: object, *, bold: bool = False) -> Paragraph:
    said = plain(text)
    return Paragraph(f"<b>{said}</b>" if bold else said, _BODY)


def _heads(*titles: str) -> list[Flowable]:
    return [Paragraph(plain(t), _CELL_HEAD) for t in titles]


def _table(rows: Sequence[Sequence[Flowable]], widths: Sequence[float]) -> Table:
    table = Table([list(row) for row in rows], colWidths=list(widths), repeatRows=1, hAlign="LEFT")
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), BLUE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, GRID),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, _STRIPE]),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    table.setStyle(TableStyle(style))
    return table
