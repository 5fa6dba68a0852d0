"""An upload through proxies that cut, delay and truncate, before the API and before the store: it ends, and repeats nothing."""

import hashlib
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.e2e.bad_proxy import BadProxy
from tests.e2e.conftest import Done, Installation, free_port, inhabited

SMALL, LARGE = 38, 2
API_CUTS, RELAY_CUTS, STORE_CUTS = 8, 16, 30
"""Between two tries of one request to the API the client waits longer each time, up to a minute."""


@dataclass
class Behind:
    """An installation that is reached only through the two proxies."""

    installation: Installation
    api: BadProxy
    store: BadProxy

    @property
    def proxies(self) -> tuple[BadProxy, BadProxy]:
        return self.api, self.store


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("CHAOS_SEED") or random.randrange(10**9))


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Iterator[Behind]:
    folder = tmp_path_factory.mktemp("behind proxies")
    installation = Installation(folder, folder / "state", free_port())

    def store() -> tuple[str, int]:
        parts = urlsplit(installation.run["s3"]["endpoint"])
        return parts.hostname or "", parts.port or 0

    api = BadProxy(lambda: ("127.0.0.1", installation.port), seed, orders=4.0)
    direct = BadProxy(store, seed + 1, orders=6.8)
    # What is signed is signed for this address, which clients send as Host: the proxy passes that on unchanged.
    installation.chosen["DEMS_S3__PUBLIC_ENDPOINT"] = direct.address
    with inhabited(installation):
        yield Behind(installation, api, direct)
    api.close()
    direct.close()


@pytest.fixture
def originals(folder: Path, seed: int) -> dict[bytes, str]:
    """SHA-256 by name."""
    chance = random.Random(seed)
    made = {}
    for number in range(SMALL + LARGE):
        size = 30 * 2**20 if number < LARGE else chance.randrange(200_000)
        content = chance.randbytes(size)
        (folder / f"{number:02}").write_bytes(content)
        made[b"%02d" % number] = hashlib.sha256(content).hexdigest()
    return made


def _patiently(command: Callable[[], Done]) -> Done:
    """Its very first questions are asked once, so that a wrong address is said at once: a person asks again."""
    for _ in range(20):
        done = command()
        if done.out or "broke off" not in done.err:
            break
    return done


@pytest.mark.parametrize("transport", ["auto", "relay"])
def test_what_goes_through_bad_proxies_arrives_whole_and_no_part_twice(
    behind: Behind, originals: dict[bytes, str], folder: Path, seed: int, transport: str
) -> None:
    sys.stdout.write(f"seed {seed}\n")
    installation = behind.installation
    case = installation.dems("case", "open", f"E2E/{transport}", "--title", "Behind bad proxies").well()
    behind.api.rage(API_CUTS if transport == "auto" else RELAY_CUTS)
    behind.store.rage(STORE_CUTS)
    command = ("upload", case, str(folder), "--exhibit-prefix", transport, "--transport", transport, "--json")
    done = _patiently(lambda: installation.finish(installation.begin(*command, DEMS_URL=behind.api.address), 200))
    assert done.code == 0, done.err + done.out[-2000:]
    with psycopg.connect(installation.run["database_url"]) as connection:
        rows = connection.execute(
            "SELECT name, state, digests ->> 'sha256' FROM evidence WHERE case_id = %s", [case]
        ).fetchall()
    assert Counter(state for _, state, _ in rows) == {"sealed": len(originals)}
    assert {bytes(name): digest for name, _, digest in rows} == originals

    sent = behind.api.sent + behind.store.sent
    lost = behind.api.lost + behind.store.lost
    assert len(sent) == SMALL + LARGE * 4, "every part passed"
    assert {p: n for p, n in sent.items() if n > lost[p] + 1} == {}, "what was received is not sent again"
    used = behind.proxies if transport == "auto" else behind.proxies[:1]
    for proxy in used:
        assert proxy.cut.total() >= 3, proxy.cut
    assert set(sum((proxy.cut for proxy in used), Counter())) == {"asking", "answering"}
    assert bool(behind.store.sent) == (transport == "auto")
