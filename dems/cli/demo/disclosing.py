"""The worked case of `docs/worked-case.md`: from forty items to schedules that went to the prosecutor, came back and were continued."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dems.cli.client import Problem
from dems.cli.demo.case_of_forty import Forty
from dems.cli.demo.deciding import of_block, ready, said
from dems.cli.demo.results import Results
from dems.cli.demo.stage import Stage
from dems.cli.demo.worked_case import BETTER, MEETS, PRESUMED, RETURNED_FOR, Lot, Thing, of_lot
from dems.cli.screen import shown

_LEAKING, _VAGUE = BETTER


def disclose(stage: Stage, results: Results) -> None:
    """Play it through, and keep every document."""
    Disclosing(Forty(stage, results).opened(), results).run()


class Disclosing:
    """What the disclosure officer and the reviewing lawyer do."""

    def __init__(self, forty: Forty, results: Results) -> None:
        self._forty = forty
        self._results = results
        self._officer, self._lawyer = forty.officer, forty.lawyer
        self._of = f"/v1/proceedings/{forty.proceeding}"
        self._folder = results.folder / "disclosure"
        self._folder.mkdir(exist_ok=True)
        self._sets = 0

    def run(self) -> None:
        self._forty.take_in([t for t in of_lot(*Lot) if t.lot is not Lot.LATER])
        self._decide()
        first = self._first()
        self._came_back(first)
        self._continued()

    # --- deciding ---

    def _decide(self) -> None:
        self._results.step(
            "A disclosure officer decides about each item: relevance, use, sensitivity, the test, and how it is described",
            "GET /v1/proceedings/{id}/decisions",
        )
        block = self._forty.block()
        ids, listed, sensitive, used = self._forty.ids, of_lot(Lot.LISTED), of_lot(Lot.SENSITIVE), of_lot(Lot.USED)
        made = self._decided(
            [
                said(
                    {"kind": "relevance", "relevant": True},
                    self._ids(listed + sensitive + used),
                    "It is of that night.",
                ),
                said(
                    {"kind": "relevance", "relevant": False},
                    self._ids(of_lot(Lot.NOT_RELEVANT)),
                    "Of nothing at issue.",
                ),
                said({"kind": "use", "used": True}, self._ids(used), "The prosecution relies on it."),
                *ready(ids, [*listed, *sensitive]),
                *of_block(block),
            ]
        )
        self._results.held(
            f"{made} decisions were recorded together, one for each item and kind", held=made > len(listed)
        )
        try:
            self._decided([said({"kind": "use", "used": False}, self._ids(listed[:1]), "As before.")])
        except Problem as problem:
            self._results.held(f"deciding again without saying what it replaces is refused: {problem}", held=True)
        else:
            self._results.held("deciding again without saying what it replaces is refused", held=False)

    # --- the first set ---

    def _first(self) -> dict[str, dict[str, Any]]:
        self._results.step(
            "The schedules follow from what was decided; nobody writes a row",
            "POST /v1/proceedings/{id}/schedules; disclosure/",
        )
        forms = {form: self._drafted(form) for form in ("MG6C", "MG6D")}
        c, d = forms["MG6C"], forms["MG6D"]
        self._results.line(f"   {c['name']}: {c['row_count']} rows, one of them a block of {_quantity(c)}")
        self._results.line(f"   {d['name']}: {d['row_count']} rows")
        self._results.held("18 rows on the MG6C and 3 on the MG6D", held=(c["row_count"], d["row_count"]) == (18, 3))
        hits = [p for p in c["problems"] if p["rule"] == "GUARD"]
        for hit in hits:
            self._results.line(f"   {hit['row']}: {shown(hit['message'])}")
        self._results.held("the leak guard finds the one row that tells of something sensitive", held=len(hits) == 1)
        forms["MG6C"] = self._described(c, _LEAKING)
        forms["MG6E"] = self._report(forms["MG6C"], "b")
        self._certified(forms)
        self._submitted(forms)
        return forms

    def _report(self, c: Mapping[str, Any], certificate: str) -> dict[str, Any]:
        numbers = {row["subject"]["id"]: row["number"] for row in c["rows"]}
        ids = self._forty.ids
        rows = [
            {"row": f"MG6C {numbers[ids[reference]]}", "reason": why, "copy_supplied": f"Copy of {reference}"}
            for reference, why in MEETS.items()
            if ids[reference] in numbers
        ]
        note = (
            "The camera that is listed as maintained in December was out of order on the night: see the record itself."
        )
        copies = [{"kind": "item", "id": ids[reference]} for reference in PRESUMED]
        body = {"form": "MG6E", "certificate": certificate, "report": rows, "note": note, "copies": copies}
        return self._officer.post(f"{self._of}/schedules", body)

    # --- what comes back ---

    def _came_back(self, first: Mapping[str, Mapping[str, Any]]) -> None:
        row = self._row(first["MG6C"], _VAGUE)
        reason = RETURNED_FOR.format(number=row["number"])
        self._results.step("The reviewing lawyer sends the set back", "POST /v1/schedules/{id}/return")
        self._lawyer.post(f"/v1/schedules/{first['MG6C']['id']}/return", {"reason": reason})
        self._results.line(f"   {reason}")
        forms = {form: self._drafted(form) for form in ("MG6C", "MG6D")}
        forms["MG6C"] = self._described(forms["MG6C"], _VAGUE)
        diff = self._officer.get(f"/v1/schedules/{first['MG6C']['id']}/diff/{forms['MG6C']['id']}")
        self._results.line(f"   {forms['MG6C']['name']} beside {first['MG6C']['name']}: {diff['words']}")
        same = _numbers(forms["MG6C"]) == _numbers(first["MG6C"])
        self._results.held(
            "the correction is version 1.1, one row is described anew and no number has changed", held=same
        )
        forms["MG6E"] = self._report(forms["MG6C"], "b")
        self._certified(forms)
        submission = self._submitted(forms)
        self._endorsed(forms, submission)

    def _endorsed(self, forms: Mapping[str, Mapping[str, Any]], submission: str) -> None:
        self._results.step(
            "The lawyer endorses every row; what the prosecutor says they served is recorded",
            "POST /v1/schedules/{id}/endorse",
        )
        ids = self._forty.ids
        meets = {ids[reference] for reference in MEETS}
        seen = {"by": "Hugh Bose", "at": datetime.now(UTC).isoformat()}
        c = [
            {"number": r["number"], "code": "D", "inspected": seen}
            if r["subject"]["id"] in meets
            else {"number": r["number"], "code": "CND"}
            for r in forms["MG6C"]["rows"]
        ]
        d = [{"number": r["number"], "code": "Y"} for r in forms["MG6D"]["rows"]]
        states = [
            self._lawyer.post(f"/v1/schedules/{forms[form]['id']}/endorse", {"rows": rows})["state"]
            for form, rows in (("MG6C", c), ("MG6D", d))
        ]
        self._results.held("both schedules are endorsed", held=states == ["endorsed", "endorsed"])
        told = {
            "served_on": datetime.now(UTC).date().isoformat(),
            "recipient": "Moss's solicitors",
            "told_by": "Hugh Bose",
        }
        try:
            self._officer.post(f"/v1/submissions/{submission}/served", {**told, "schedule": forms["MG6D"]["id"]})
        except Problem as problem:
            self._results.held(f"an MG6D is never served: {problem}", held=True)
        else:
            self._results.held("an MG6D is never served", held=False)
        served = self._officer.post(f"/v1/submissions/{submission}/served", told)["served"]
        self._results.held("that the MG6C was served is recorded", held=len(served) == 1)
        for form in ("MG6C", "MG6D"):
            self._keep(forms[form], "endorsed")

    # --- what comes later ---

    def _continued(self) -> None:
        later = of_lot(Lot.LATER)
        self._results.step(
            "New material comes in: a continuation, with numbers that go on and an MG6E of its own",
            "disclosure/3-MG6C-2.0.pdf",
        )
        self._forty.take_in(later)
        relevant = said({"kind": "relevance", "relevant": True}, self._ids(later), "It is of that night.")
        self._decided([relevant, *ready(self._forty.ids, later)])
        forms = {form: self._drafted(form) for form in ("MG6C", "MG6D")}
        numbers = sorted(_numbers(forms["MG6C"]).values())
        self._results.line(f"   {forms['MG6C']['name']}: rows {numbers[0]} and {numbers[-1]}")
        self._results.held("the continuation begins with the number after the last", held=numbers == [19, 20])
        forms["MG6E"] = self._report(forms["MG6C"], "a")
        self._certified(forms)
        statement = forms["MG6D"]["statement"]
        self._results.held(
            f"in place of an MG6D is signed: {statement}", held=statement.startswith("There is no further")
        )
        self._submitted(forms)
        sets = list(self._officer.pages(f"{self._of}/submissions"))
        self._results.keep("submissions.json", sets)
        self._results.held("three sets went to the prosecutor", held=len(sets) == 3)  # noqa: PLR2004

    # --- what every set has ---

    def _ids(self, things: Iterable[Thing]) -> list[str]:
        return [self._forty.ids[thing.reference] for thing in things]

    def _decided(self, decisions: list[dict[str, Any]]) -> int:
        return int(self._officer.post(f"{self._of}/decisions", {"decisions": decisions})["count"])

    def _drafted(self, form: str) -> dict[str, Any]:
        return self._officer.post(f"{self._of}/schedules", {"form": form})

    def _row(self, schedule: Mapping[str, Any], reference: str) -> dict[str, Any]:
        wanted = self._forty.ids[reference]
        return next(row for row in schedule["rows"] if row["subject"]["id"] == wanted)

    def _described(self, schedule: Mapping[str, Any], reference: str) -> dict[str, Any]:
        row = {"number": self._row(schedule, reference)["number"], "description": BETTER[reference]}
        path, changes = f"/v1/schedules/{schedule['id']}", {"rows": [row], "reason": "It is said better."}
        with self._officer.stream(path, {}) as read:
            tag = {"If-Match": read.headers["ETag"]}
        return self._officer.request("PATCH", path, json=changes, headers=tag)

    def _certified(self, forms: dict[str, dict[str, Any]]) -> None:
        """Each form is signed and frozen, the report last: it signs for the set."""
        self._sets += 1
        for form in ("MG6C", "MG6D", "MG6E"):
            forms[form] = self._officer.post(f"/v1/schedules/{forms[form]['id']}/certify", {})
            self._keep(forms[form])
        signed = all(forms[form]["sha256"] for form in forms)
        self._results.held(f"{', '.join(f['name'] for f in forms.values())} are signed and frozen", held=signed)

    def _submitted(self, forms: Mapping[str, Mapping[str, Any]]) -> str:
        named = [form["id"] for form in forms.values()]
        submission = self._officer.post(f"{self._of}/submissions", {"schedules": named})
        self._results.line(f"   submitted to the prosecutor: {submission['id']}")
        return str(submission["id"])

    def _keep(self, schedule: Mapping[str, Any], how: str = "") -> None:
        name = "-".join(part for part in (str(self._sets), schedule["name"].replace(" ", "-"), how) if part)
        with self._officer.stream(f"/v1/schedules/{schedule['id']}/document?format=pdf", {}) as answer:
            answer.raise_for_status()
            Path(self._folder / f"{name}.pdf").write_bytes(answer.read())


def _numbers(schedule: Mapping[str, Any]) -> dict[str, int]:
    return {row["subject"]["id"]: row["number"] for row in schedule["rows"]}


def _quantity(schedule: Mapping[str, Any]) -> int:
    return max(int(row["quantity"]) for row in schedule["rows"])
