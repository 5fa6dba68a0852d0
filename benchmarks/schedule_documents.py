"""An MG6C of 10,000 rows as PDF and as XLSX, against the same table by the bare libraries that make them."""

import io
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import xlsxwriter

from benchmarks.installation import Installation
from benchmarks.pairs import Leg, Machine, interleaved, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.documents.schedules.papers import Paper, PaperColumn, Signature, Standing
from dems.documents.schedules.pdf import to_pdf
from dems.documents.schedules.xlsx import to_xlsx
from dems.model.disclosure.criminal import TEMPLATES

TARGET = Target("at most", 1.5)
_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
_DESCRIPTION = (
    "Body-worn video of constable {} at the custody desk on the night of the arrest, part {}, with the times of entries in the "
    "detention log that it shows"
)
_BARE = """
import sys, typst
data = sys.stdin.buffer.read().decode()
source = b'''
#set page(paper: "a4", flipped: true)
#set text(font: "Libertinus Serif", size: 9.5pt)
#let data = json(bytes(sys.inputs.data))
#table(columns: (15mm, 1fr, 18mm, 52mm, 16mm, 48mm), table.header(..data.at(0)), ..data.slice(1).flatten())
'''
sys.stdout.buffer.write(typst.compile(source, ignore_system_fonts=True, sys_inputs={"data": data}))
"""
"""One table, its head repeated, in the same font and columns: no heads and feet of pages, nothing before or after, no standard."""


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    del installed
    paper = _paper(sizes.schedule_rows)
    table = [[c.heading for c in paper.columns], *map(list, paper.lines)]
    pdf, pdf_machine = _measured({"ours": partial(_pdf, paper), "bare": partial(_bare_pdf, table)}, sizes)
    xlsx, xlsx_machine = _measured({"ours": partial(_xlsx, paper), "bare": partial(_bare_xlsx, table)}, sizes)
    return [
        _result("schedule as PDF", "a bare typst compile of its table", pdf, pdf_machine, sizes),
        _result("schedule as XLSX", "bare xlsxwriter, the same cells", xlsx, xlsx_machine, sizes),
    ]


def _paper(rows: int) -> Paper:
    template = TEMPLATES[0]
    where = ("Store A, shelf 3", "Exhibit room, Wood Street, cabinet 14", "Digital store")
    lines = tuple(
        (
            str(number),
            _DESCRIPTION.format(number % 97, number),
            "1",
            where[number % 3],
            "",
            "",
        )
        for number in range(1, rows + 1)
    )
    return Paper(
        form=template.form.value,
        template=template.reference,
        title=template.title,
        name="MG6C 1.0",
        standing=Standing.IN_FORCE,
        heading="R v Moss",
        urn="13AB1234526",
        marking="OFFICIAL-SENSITIVE",
        made_at=_AT,
        particulars=(("Case", "2026/004711"), ("Schedule", "MG6C 1.0, the first")),
        statements=(template.wordings["preamble"],),
        columns=tuple(PaperColumn(c.field.value, c.heading) for c in template.columns),
        lines=lines,
        signatures=(Signature("Disclosure officer", "D. Okoro", "23 November 2026, 09:30 GMT"),),
    )


def _measured(legs: Mapping[str, Leg], sizes: Sizes) -> tuple[Mapping[str, list[float]], Machine]:
    interleaved(legs, rounds=1)
    machine = Machine()
    found = interleaved(legs, rounds=sizes.rounds)
    return found.seconds, machine.ended()


def _result(name: str, against: str, seconds: Mapping[str, list[float]], machine: Machine, sizes: Sizes) -> Result:
    ours, bare = (statistics.median(seconds[leg]) for leg in ("ours", "bare"))
    return Result(
        name, f"{ours:.2f} s for {sizes.schedule_rows:,} rows", f"{bare:.2f} s, {against}",
        ratios(seconds["ours"], seconds["bare"]), "x", TARGET, sizes.full, machine=machine, details={"seconds": seconds},
    )  # fmt: skip


def _pdf(paper: Paper) -> float:
    return timed(lambda: _must_begin(to_pdf(paper), b"%PDF"))


def _bare_pdf(table: Sequence[Sequence[str]]) -> float:
    """In a process of its own, as ours."""
    data = json.dumps(table).encode()

    def compiled() -> None:
        done = subprocess.run([sys.executable, "-I", "-c", _BARE], input=data, capture_output=True, check=True)  # noqa: S603  (our own program)
        _must_begin(done.stdout, b"%PDF")

    return timed(compiled)


def _xlsx(paper: Paper) -> float:
    return timed(lambda: _must_begin(to_xlsx(paper), b"PK"))


def _bare_xlsx(table: Sequence[Sequence[str]]) -> float:
    def written() -> None:
        into = io.BytesIO()
        book = xlsxwriter.Workbook(into, {"constant_memory": True})
        sheet = book.add_worksheet()
        plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, plain)
        book.close()
        _must_begin(into.getvalue(), b"PK")

    return timed(written)


def _must_begin(content: bytes, mark: bytes) -> None:
    if not content.startswith(mark):
        raise RuntimeError("no document was made")
