"""Take back the workbook in which the reviewing lawyer endorsed a schedule: what they wrote is endorsed, all of it or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dems.errors import DisclosureRulesBroken, Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.recording import require_lawyer
from dems.model.disclosure.workbooks import Filled, RefusedCell, Workbook, workbook_of
from dems.model.ids import ScheduleId
from dems.model.people import CaseRole
from dems.model.times import london_date
from dems.ports import Clock, Transactions
from dems.steps.acting import acting
from dems.steps.answering import LAWYERS, Endorsed, RowDecided, certified_schedule, write_endorsements
from dems.steps.schedules_at_hand import certified, entered_by


@dataclass(frozen=True, slots=True)
class TakeWorkbook:
    """`read` says what stands in a workbook that was handed out; it raises `Invalid` for bytes that are none."""

    transaction: Transactions
    clock: Clock
    read: Callable[[bytes, Workbook], Filled]

    def __call__(self, actor: Actor, schedule_id: ScheduleId, data: bytes, *, role: CaseRole | None = None) -> Endorsed:
        """Every cell that is refused is named, those that break a rule (R20) among the others. Sent again, nothing in it is new.

        Raises `NotFound`, `WrongState`, `Invalid` and `DisclosureRulesBroken`, the last two with `cells`.
        """
        handed_out = self._handed_out(actor, schedule_id, role)
        filled = self.read(data, handed_out)
        if not filled.rows and not filled.refused:
            raise Invalid("Nothing new is endorsed in this workbook: write a code for at least one row.", cells=[])
        if not filled.rows:
            raise _refused(filled.refused)
        cells = {f"{handed_out.series.value} {r.number}": r.cell for r in filled.rows}
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_ENDORSE, schedule_id, self.clock())
            tx.disclosure.hold(entrance.proceeding)
            # After the wait for whoever held the proceeding: nothing is endorsed before what it rests on.
            now = self.clock()
            file = certified(tx, entrance.proceeding, now)
            by = acting(tx, actor, entrance.case_id, now, role=role, fitting=LAWYERS, rule="R20", done="endorsed")
            rows = [RowDecided(r.number, r.code, r.inspected, r.reason) for r in filled.rows]
            try:
                done = write_endorsements(tx, entrance, file, schedule_id, rows, by)
            except DisclosureRulesBroken as broken:
                refused = _with_broken(filled, broken.data["problems"], cells)
                if filled.refused:
                    raise _refused(refused) from broken
                raise DisclosureRulesBroken(
                    broken.message, source=broken.source, **broken.data, cells=[c.as_data() for c in refused]
                ) from broken
            if filled.refused:
                # Judged beside the others, so that all that is wrong is known at once; leaving takes back what was written.
                raise _refused(filled.refused)
            return done

    def _handed_out(self, actor: Actor, schedule_id: ScheduleId, role: CaseRole | None) -> Workbook:
        """The workbook as it would be handed out now: with this, nobody who may not endorse has a file unpacked here."""
        with self.transaction() as tx:
            now = self.clock()
            entrance = entered_by(tx, actor, Act.SCHEDULE_ENDORSE, schedule_id, now)
            by = acting(tx, actor, entrance.case_id, now, role=role, fitting=LAWYERS, rule="R20", done="endorsed")
            file = certified(tx, entrance.proceeding, now)
            require_lawyer(file, by)
            certified_schedule(file, schedule_id)
            return workbook_of(file, schedule_id, london_date(now))


def _with_broken(filled: Filled, problems: list[dict[str, Any]], cells: dict[str, str]) -> tuple[RefusedCell, ...]:
    """What was refused in cells, and the rules that are broken at the codes of their rows."""
    broken = (
        RefusedCell(cells[p["place"]["key"]], p["message"], p["rule"], p["source"])
        for p in problems
        if p["place"]["key"] in cells
    )
    return (*filled.refused, *broken)


def _refused(cells: tuple[RefusedCell, ...]) -> Invalid:
    count = len(cells)
    return Invalid(
        f"{count} {'cell' if count == 1 else 'cells'} of this workbook cannot be taken, so nothing was endorsed. Mend what `cells` "
        f"names and send it again: the first is {cells[0].cell}. {cells[0].message}",
        cells=[c.as_data() for c in cells],
    )
