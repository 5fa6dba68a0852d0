"""The log over HTTP: proofs of entries, and tiles from which a reader who trusts nobody derives the root."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import httpx
import pytest

from dems.bootstrap import Dems
from dems.bootstrap.ledger import CHECKS
from dems.cli.doctor.findings import State
from dems.cli.doctor.surroundings import custody_log
from dems.ledger.bundles import bundle_path, verify_bundle
from dems.ledger.judgement import judge
from dems.ledger.nodes import root_of
from dems.ledger.policy import Policy
from dems.ledger.tiles import Tile, through_tiles, tiles_of
from dems.ledger.tlogproof import TlogProof
from tests.api.conftest import serve
from tests.conftest import Time
from tests.logbook import Logbook
from tests.world import World


def core(book: Logbook, *, public: bool) -> Dems:
    shown = book.settings.ledger.model_copy(update={"public": public})
    settings = book.settings.model_copy(update={"ledger": shown})
    return Dems(settings, nudge=lambda _: None, engine=book.app)


@pytest.fixture
def anyone(book: Logbook) -> Iterator[httpx.Client]:
    """Somebody without a token, where the log is shown to anyone."""
    dems = core(book, public=True)
    for url in serve(dems, dems.settings):
        with httpx.Client(base_url=url, timeout=60) as client:
            yield client


def test_a_stranger_derives_the_root_from_tiles_alone(book: Logbook, anyone: httpx.Client) -> None:
    assert anyone.get("/ledger/checkpoint").status_code == 409
    book.write(600)
    kept = book.sign()
    checkpoint = anyone.get("/ledger/checkpoint")
    assert (checkpoint.content, checkpoint.headers["Cache-Control"]) == (kept.note, "public, max-age=1")
    assert checkpoint.headers["Content-Type"] == "text/plain; charset=utf-8"
    policy = Policy.from_bytes(anyone.get("/ledger/policy").content)
    assert [log.key for log in policy.logs] == [book.key.key]
    size = judge(checkpoint.content, policy).checkpoint.size

    def fetch(tiles: Sequence[Tile]) -> Mapping[Tile, bytes]:
        return {tile: anyone.get(f"/ledger/{tile.path()}").raise_for_status().content for tile in tiles}

    assert root_of(size, through_tiles(size, fetch)) == kept.checkpoint.root
    leaves: list[bytes] = []
    for tile in tiles_of(size):
        if tile.level == 0:
            bundle = anyone.get(f"/ledger/{bundle_path(tile)}")
            leaves += verify_bundle(tile, fetch([tile])[tile], bundle.content)
    assert leaves == [leaf for _, leaf in book.leaves()]
    full, part = anyone.get("/ledger/tile/0/001"), anyone.get("/ledger/tile/entries/002.p/88")
    assert full.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert part.headers["Cache-Control"] == "public, max-age=3600"
    assert anyone.get("/ledger/tile/0/000.p/5").content == anyone.get("/ledger/tile/0/000").content[:160]
    book.write(1)
    book.sequence()
    beyond = (
        "tile/0/002",
        "tile/0/002.p/89",
        "tile/entries/002.p/89",
        "tile/1/000.p/3",
        "tile/2/000.p/1",
        "tile/9/000",
    )
    for path in (*beyond, "tile/0/000.p/256", "tile/0/0", "tile/x/000", "tile/entries/x000/001", "tile/64/000"):
        absent = anyone.get(f"/ledger/{path}")
        assert (absent.status_code, absent.headers["Cache-Control"]) == (404, "no-store"), path


def test_an_entry_is_proved_once_it_is_signed_and_whoever_asks_to_may_wait_for_it(book: Logbook) -> None:
    dems = core(book, public=False)
    world = World(dems)
    manager, auditor = world.somebody("case_manager"), world.somebody("auditor")
    case = world.case(manager)
    for url in serve(dems, dems.settings):
        with httpx.Client(base_url=url, timeout=60, headers=manager.headers) as http:
            [entry] = http.get(f"/v1/cases/{case.id}/custody").json()["items"]
            assert entry["index"] is None
            proof_at = f"/v1/custody/entries/{entry['id']}/proof"
            early = http.get(proof_at, headers={"Prefer": "wait=1"})
            assert (early.status_code, early.headers["Retry-After"]) == (409, "1")
            assert early.json()["type"] == "urn:dems:problem:not-yet-in-log"
            assert early.elapsed.total_seconds() >= 1
            kept = book.sign()
            proof = http.get(proof_at, headers={"Prefer": "respond-async, wait=2"})
            assert (proof.status_code, proof.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
            [entry] = http.get(f"/v1/cases/{case.id}/custody").json()["items"]
            read = TlogProof.from_bytes(proof.content)
            assert (read.index, read.checkpoint) == (entry["index"], kept.note)
            assert http.get("/ledger/checkpoint").status_code == 403
            policy = Policy.from_bytes(http.get("/ledger/policy", headers=auditor.headers).content)
            read.verify(base64.b64decode(entry["leaf"]), policy)
            shown = http.get("/ledger/checkpoint", headers=auditor.headers)
            assert (shown.content, shown.headers["Cache-Control"]) == (kept.note, "private, max-age=1")
            theirs = http.get(f"/v1/people/{manager.person.id}/custody", headers=auditor.headers).json()["items"][0]
            assert http.get(f"/v1/custody/entries/{theirs['id']}/proof").status_code == 404
            book.behind_its_back("DELETE FROM custody_nodes")
            lost = http.get(proof_at)
            assert (lost.status_code, lost.json()["type"]) == (500, "urn:dems:problem:integrity-broken")


def test_the_doctor_says_how_the_log_is(book: Logbook) -> None:
    time = Time()
    dems = Dems(book.settings, nudge=lambda _: None, engine=book.app, clock=time)

    def found() -> dict[str, State]:
        return {finding.part: finding.state for finding in custody_log(dems)}

    assert found() == {"custody log": State.WELL}
    book.write(3)
    book.sequence()
    assert found() == {"custody log": State.WRONG}, "there is no signer"
    book.sign()
    book.signing().report("signer", "signs", held=True)
    book.acts().check()
    nightly = {f"custody log: {name}": State.WELL for name in CHECKS}
    whole = {"custody log": State.WELL, "custody log: signer": State.WELL, **nightly}
    assert found() == whole
    time.ahead -= timedelta(hours=1)
    ahead = dict.fromkeys((part for part in whole if part != "custody log"), State.WARNING)
    assert found() == {**whole, **ahead}, "the clocks of those who said it are ahead"
    time.ahead += timedelta(days=3, hours=1)
    assert found() == {**whole, **dict.fromkeys(nightly, State.WARNING)}, "the signer has nothing to sign"
    book.write(1)
    book.sequence()
    assert found()["custody log"] is State.WRONG, "it was heard of three days ago"
    book.signing().report("signer", "The log was set back.", held=False)
    assert found()["custody log: signer"] is State.WRONG
    book.write(1)
    assert found()["custody log"] is State.WRONG


def test_readyz_and_metrics_say_how_the_log_is(book: Logbook) -> None:
    dems = core(book, public=False)
    book.write(3)
    for url in serve(dems, dems.settings):
        with httpx.Client(base_url=url, timeout=60) as http:

            def told() -> tuple[bool, str]:
                part = http.get("/readyz").json()["parts"]["custody_log"]
                return part["ok"], part["detail"]

            assert told() == (True, "0 of 0 entries signed")
            book.sequence()
            assert told()[0] is False, "there is no signer"
            book.sign()
            signing = book.signing()
            signing.report("signer", "signs", held=True)
            assert told() == (True, "3 of 3 entries signed")
            figures = http.get("/metrics").text
            for line in ("dems_log_entries 3.0", "dems_log_signed 3.0", 'dems_log_held{by="signer"} 1.0'):
                assert f"\n{line}\n" in figures
            signing.report("signer", "The log was set back.", held=False)
            assert told() == (False, "The log was set back.")
            assert '\ndems_log_held{by="signer"} 0.0\n' in http.get("/metrics").text
