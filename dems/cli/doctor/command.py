"""The examination from beginning to end."""

from collections.abc import Iterator
from functools import partial

from dems.bootstrap import Dems
from dems.cli.beside import Place, core, find_place
from dems.cli.doctor import database, direct, surroundings
from dems.cli.doctor.findings import Finding, State, looked_at, well
from dems.cli.screen import Failed, say, say_json, say_table
from dems.ports import StoreCheck


def examine(*, chains: int, as_json: bool) -> None:
    """Raises `Failed` with the reasons when something is wrong."""
    place = find_place()
    with core(place) as dems:
        checks: list[StoreCheck] = []
        findings = list(_findings(place, dems, chains, checks))
    tried = [row for check in checks for row in check.rows]
    reasons = [f"{f.part}: {f.detail}" for f in findings if f.state is State.WRONG]
    if as_json:
        told = [{"part": f.part, "state": f.state.value.lower(), "detail": f.detail} for f in findings]
        say_json({"ok": not reasons, "findings": told, "store_self_check": tried})
    else:
        say_table(("part", "state", "found"), [(f.part, f.state.value, f.detail) for f in findings])
        if tried:
            say()
            rows = [(r["name"], r["identity"], "held" if r["held"] else "DID NOT HOLD", r["detail"]) for r in tried]
            say_table(("tried on a canary in the store", "as", "result", "answer"), rows)
    if reasons:
        raise Failed(f"Something is wrong: {'; '.join(reasons)}")


def _findings(place: Place, dems: Dems, most: int, checks: list[StoreCheck]) -> Iterator[Finding]:
    yield well("settings", f"read; looking at {place.words}")
    reachable = True
    for finding in looked_at("database", partial(database.schema, dems)):
        reachable = reachable and finding.state is not State.WRONG
        yield finding
    if reachable:
        for part, look in (
            ("custody triggers", database.protection),
            ("clock", database.clock),
            ("work", surroundings.work),
            ("readers", surroundings.readers),
            ("custody log", surroundings.custody_log),
            ("anchors", surroundings.anchors),
        ):
            yield from looked_at(part, partial(look, dems))
        yield from looked_at("custody chains", partial(database.chains, dems, most))
    yield from looked_at("store", partial(surroundings.store, dems))
    yield from looked_at("store self-check", partial(_self_check, dems, checks, keep=reachable))
    yield from looked_at("direct upload", partial(direct.path, dems))
    yield from looked_at("broker", partial(surroundings.broker, place))
    yield from looked_at("room", partial(surroundings.room, dems))
    yield from surroundings.machine(place)


def _self_check(dems: Dems, checks: list[StoreCheck], *, keep: bool) -> Iterator[Finding]:
    """Runs it, and where there is a database keeps the result: intake depends on it."""
    check = dems.upkeep.check_store() if keep else dems.probe_store()
    checks.append(check)
    yield from surroundings.self_check(check)
