"""A folder is taken in three times by the real program: killed in the middle, again to its end, and once more for nothing."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dems.cli.client import Client
from dems.cli.demo.cast import REFERENCE, Cast
from dems.cli.demo.program import Program
from dems.cli.demo.results import Results
from dems.cli.demo.samples import write_samples
from dems.cli.demo.stage import Stage
from dems.cli.demo.witness import Put, Witness, watching
from dems.cli.receive import original_name
from dems.cli.screen import Failed, shown, size_text
from dems.cli.upload.walk import Found, LeftOut, walk
from dems.model.uploads import part_size_for

Items = list[tuple[Found, dict[str, Any]]]
MOST_SHOWN = 25
_PREFIX = "AK"
_ENOUGH = 64 * 1024 * 1024
"""With fewer bytes than this there is no middle in which a kill could hit; a file of this size is added."""
_ADDED = "made by the demonstration, 64 MiB.bin"
_WHOLE = ("sent", "sealed")
_ARRIVED = ("verifying", "sealed")
_PUTS = "puts.json"
_THERE_ALREADY = 412
_FEW = 1000


class TakingIn:
    """`files` are what is to be taken in, in the order of the program."""

    def __init__(self, stage: Stage, results: Results, cast: Cast, case_id: str, evidence: Path | None) -> None:
        self._stage = stage
        self._results = results
        self._cast = cast
        self._case_id = case_id
        self._paths = [evidence or stage.folder / "samples"]
        if evidence is None:
            write_samples(self._paths[0])
        self.files = self._found()
        self._size = sum(f.size for f in self.files)
        if self._size < _ENOUGH:
            added = stage.folder / _ADDED
            added.write_bytes(os.urandom(_ENOUGH))
            self._paths.append(added)
            self.files = [*self.files, *(m for m in walk([added]) if isinstance(m, Found))]
            self._size += _ENOUGH

    def _found(self) -> list[Found]:
        meant = list(walk(self._paths))
        for left in (m for m in meant if isinstance(m, LeftOut)):
            self._results.line(f"   left out: {shown(left.path)}: {left.why}")
            if left.failure:
                self._results.held(f"{shown(left.path)} can be read", held=False)
        files = [m for m in meant if isinstance(m, Found)]
        if not files:
            raise Failed(f"There is no file in {shown(self._paths[0])}.")
        return files

    def run(self) -> Items:
        """The files that were sealed, each with its item."""
        with watching(self._stage.run["s3"]["endpoint"]) as witness:
            whole, before = self._killed(witness)
            after = self._continued(witness, whole, before)
            items = self._items()
            self._nothing_more(witness, items)
        self._show(items)
        self._results.keep(_PUTS, {"first run, killed": _kept(before), "second run": _kept(after)})
        client = self._cast.investigator
        return [(found, client.get(f"/v1/evidence/{item['id']}")) for found, item in items if item["state"] == "sealed"]

    def _program(self, witness: Witness, number: int) -> Program:
        return Program(
            [REFERENCE, *map(str, self._paths), "--exhibit-prefix", _PREFIX],
            said=self._stage.folder / f"upload {number}.log",
            DEMS_URL=self._stage.run["url"],
            DEMS_TOKEN=self._cast.investigator_token,
            DEMS_STATE_DIR=str(self._stage.folder / "state"),
            http_proxy=witness.address,
            no_proxy="",
        )

    def _killed(self, witness: Witness) -> tuple[set[str], list[Put]]:
        """The items that were whole by then, and what was sent."""
        command = " ".join(f'"{shown(p)}"' for p in self._paths)
        self._results.step(
            f"{_files(len(self.files))} taken in, and the program is killed in the middle (SIGKILL)",
            f"dems upload {REFERENCE} {command} --exhibit-prefix {_PREFIX}",
        )
        puts, half = self._parts()
        self._results.line(
            f"   {size_text(self._size)} in {puts} parts, straight to the store, past a witness that counts them"
        )
        witness.begin(most=half)
        program = self._program(witness, 1)
        killed = program.kill_when(witness.stands_still)
        witness.let_go()
        seen = witness.seen
        whole = program.items(*_WHOLE) | {item["id"] for _, item in self._items() if item["state"] in _ARRIVED}
        self._results.line(f"   killed: {_told(seen)} by then, and {_files(len(whole))} whole")
        self._results.held(f"it was killed in the middle of sending{_said(program)}", held=killed and len(seen) < puts)
        return whole, seen

    def _parts(self) -> tuple[int, int]:
        """How many parts there are, and how many of them, in the order of the files, are half of the bytes."""
        count = half = size = 0
        for file in self.files:
            part = part_size_for(file.size)
            for offset in range(0, max(1, file.size), part):
                count += 1
                half += 2 * size < self._size
                size += min(part, file.size - offset)
        return count, half

    def _continued(self, witness: Witness, whole: set[str], before: list[Put]) -> list[Put]:
        self._results.step(
            "The same command again: it goes on from there", f"{self._results.folder / _PUTS}: what the witness saw"
        )
        witness.begin()
        program = self._program(witness, 2)
        code = program.wait()
        seen = witness.seen
        self._results.line(f"   {_told(seen)}")
        self._results.held(f"it ended well{_said(program)}", held=code == 0)
        again = sum(1 for p in seen if _item_of(p) in whole)
        self._results.held(f"of {len(whole)} files that were whole {again} were sent again", held=not again)
        there = {p.which for p in before if p.kept and p.part is not None}
        again = sum(1 for p in seen if p.which in there)
        self._results.held(
            f"of {len(there)} parts of larger files that had arrived {again} were sent again", held=not again
        )
        unsure = sum(1 for p in seen if p.status == _THERE_ALREADY)
        if unsure:
            self._results.line(
                f"   {unsure} had arrived before anybody could say so: the store told and kept the first"
            )
        kept = [p for p in [*before, *seen] if p.kept]
        size = sum(p.size for p in kept)
        self._results.held(
            f"in both runs together the store took {len(kept)} parts and {size_text(size)}: every byte once",
            held=size == self._size and len({p.which for p in kept}) == len(kept),
        )
        return seen

    def _nothing_more(self, witness: Witness, items: Items) -> None:
        self._results.step(
            "The same command a third time: nothing is sent", "GET /v1/intakes/{id}, and the items of the case"
        )
        earlier = self._counts(items)
        witness.begin()
        program = self._program(witness, 3)
        code = program.wait()
        seen, already = witness.seen, program.kinds["already"]
        self._results.line(f"   {_told(seen)}; {_files(already)} there already")
        self._results.held(f"it ended well{_said(program)}", held=code == 0)
        self._results.held("nothing was sent again", held=not seen and already == len(self.files))
        count = sum(1 for _ in self._cast.investigator.pages(f"/v1/cases/{self._case_id}/evidence"))
        self._results.held(
            f"{_files(len(self.files))} {count} {'item' if count == 1 else 'items'}", held=count == len(self.files)
        )
        counts = self._counts(items)
        for intake, each in counts.items():
            told = ", ".join(f"{name} {count}" for name, count in each.items())
            self._results.line(f"   intake {intake}: {told}")
        self._results.held("the counts of its intakes are what they were", held=counts == earlier)

    def _items(self) -> Items:
        by_name = {
            name.raw: item
            for item in self._cast.investigator.pages(f"/v1/cases/{self._case_id}/evidence")
            if (name := original_name(item)) is not None
        }
        return [(found, by_name[found.name]) for found in self.files if found.name in by_name]

    def _counts(self, items: Items) -> dict[str, dict[str, int]]:
        """What the API says of each intake that these items came by; an intake has thousands of them."""
        client = self._cast.investigator
        intakes = dict.fromkeys(_intake_of(client, item) for _, item in [*items[::_FEW], *items[-1:]])
        return {intake: client.get(f"/v1/intakes/{intake}")["counts"] for intake in intakes}

    def _show(self, items: Items) -> None:
        for found, item in items[:MOST_SHOWN]:
            told = f"{size_text(item['size']):>9}  {shown(os.fsdecode(found.name))}"
            self._results.line(f"   {item['exhibit_ref']:<8} {item['state']:<10} {told}")
        if len(items) > MOST_SHOWN:
            self._results.line(f"   … and {len(items) - MOST_SHOWN} more")
        sealed = sum(item["state"] == "sealed" for _, item in items)
        self._results.held(f"{sealed} of {len(self.files)} files are sealed", held=sealed == len(self.files))


def _intake_of(client: Client, item: dict[str, Any]) -> str:
    """As the item's first custody entry says."""
    return str(client.get(f"/v1/evidence/{item['id']}/custody", limit=1)["items"][0]["facts"]["intake"])


def _item_of(put: Put) -> str:
    """The item's id, which the object's key holds: ``/bucket/evidence/ITEM/UPLOAD``."""
    return put.key.split("/")[-2]


def _told(puts: Sequence[Put]) -> str:
    return f"{len(puts)} PUTs, {size_text(sum(p.size for p in puts))}"


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"


def _said(program: Program) -> str:
    return f": {shown(program.said)}" if program.said else ""


def _kept(puts: Iterable[Put]) -> list[dict[str, Any]]:
    return [{"key": p.key, "part": p.part, "bytes": p.size, "answer": p.status} for p in puts]
