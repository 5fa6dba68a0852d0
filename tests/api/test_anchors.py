"""How `/readyz`, the figures and `dems doctor` say who outside holds the log, and that nothing stops where nobody does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from dems.bootstrap import Dems
from dems.cli.doctor.findings import State
from dems.cli.doctor.surroundings import anchors
from dems.ledger.policy import Policy, Witness
from dems.ledger.signing import cosign
from dems.ports.anchors import Anchor, AnchorKind
from dems.settings import LedgerSettings, Stamps
from tests.api.conftest import serve
from tests.conftest import Time
from tests.ledger.signers import COURT
from tests.logbook import Logbook


def core(book: Logbook, ledger: LedgerSettings, time: Time) -> Dems:
    settings = book.settings.model_copy(update={"ledger": ledger})
    return Dems(settings, nudge=lambda _: None, engine=book.app, clock=time)


def test_how_long_nobody_outside_holds_the_log_is_told_everywhere(book: Logbook, tmp_path: Path) -> None:
    path, time = tmp_path / "witnesses", Time()
    path.write_bytes(Policy.of([], [Witness("court", COURT.key)], quorum="court").to_bytes())
    chosen = LedgerSettings(witnesses=path, unanchored_warning_minutes=60, public=True)
    dems = core(book, chosen, time)
    book.write(2)
    kept = book.sign()
    for url in serve(dems, dems.settings):
        with httpx.Client(base_url=url, timeout=60) as http:

            def told() -> tuple[bool, str]:
                part = http.get("/readyz").json()["parts"]["anchors"]
                return part["ok"], part["detail"]

            def anchors_told() -> list[str]:
                return [finding.detail for finding in anchors(dems)]

            waits = "what goes beyond 0 entries waits for {} min to be cosigned by a quorum of witnesses"
            assert told() == (True, waits.format(0))
            time.ahead += timedelta(minutes=61)
            assert told() == (False, waits.format(61))
            [line] = [
                line
                for line in http.get("/metrics").text.splitlines()
                if line.startswith('dems_ledger_unanchored_seconds{kind="cosignature"}')
            ]
            assert 3660 <= float(line.split()[1]) < 3800
            [found] = anchors(dems)
            assert (found.state, "log_not_anchored" in found.detail) == (State.WARNING, True)

            line_of_court = cosign(kept.checkpoint.to_text(), COURT, 1_795_000_000).to_line().encode()
            at = datetime.fromtimestamp(1_795_000_000, UTC)
            with book.transactions()() as tx:
                tx.anchors.add(Anchor(2, AnchorKind.COSIGNATURE, COURT.key.to_text(), line_of_court, at))
            assert told() == (True, "all that is signed (2 entries, 61 min ago) is cosigned by a quorum of witnesses")
            assert anchors_told() == [told()[1]]
            assert [finding.state for finding in anchors(dems)] == [State.WELL]
            assert http.get("/ledger/checkpoint").content == kept.note + line_of_court
            assert Policy.from_bytes(http.get("/ledger/policy").content).quorum == "court"
            book.write(1)
            book.sign()
            time.ahead += timedelta(minutes=30)
            beyond = "what goes beyond 2 entries waits for 91 min to be cosigned by a quorum of witnesses"
            assert told() == (False, f"{beyond}; the newest checkpoint that is was signed 91 min ago")


def test_what_is_set_wrong_is_told_and_stops_nothing(book: Logbook, tmp_path: Path) -> None:
    path = tmp_path / "witnesses"
    path.write_bytes(b"witness court\n")
    dems = core(book, LedgerSettings(witnesses=path), Time())
    for url in serve(dems, dems.settings):
        with httpx.Client(base_url=url, timeout=60) as http:
            part = http.get("/readyz").json()["parts"]["anchors"]
            assert (part["ok"], part["detail"]) == (False, "The file of witnesses cannot be read (Malformed).")
            assert "dems_ledger_unanchored_seconds{" not in http.get("/metrics").text
    [found] = anchors(dems)
    assert (found.state, "line 1" in found.detail) == (State.WRONG, True)
    roots = tmp_path / "roots.pem"
    [wrong, well] = anchors(core(book, LedgerSettings(timestamp_authorities=(Stamps("tsa", "", roots),)), Time()))
    assert (wrong.state, str(roots) in wrong.detail, well.state) == (State.WRONG, True, State.WELL)
    [nobody] = anchors(core(book, LedgerSettings(), Time()))
    assert nobody.state is State.NOTE
