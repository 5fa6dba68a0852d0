"""What the children of `dems up` are told, and what they are not."""

from pathlib import Path

import pytest

from dems.cli.children import children, environment, settings_beside
from dems.engines import Connections
from dems.settings import Settings, Stamps, load

CONNECTIONS = Connections(
    database_url="postgresql+psycopg://dems_app:app-secret@127.0.0.1:1/dems",
    database_owner_url="postgresql+psycopg://dems_owner:owner-secret@127.0.0.1:1/dems",
    database_reader_url="postgresql+psycopg://dems_reader:reader-secret@127.0.0.1:1/dems",
    database_sequencer_url="postgresql+psycopg://dems_sequencer:sequencer-secret@127.0.0.1:1/dems",
    database_signer_url="postgresql+psycopg://dems_signer:signer-secret@127.0.0.1:1/dems",
    s3_endpoint="http://127.0.0.1:2",
    s3_app=("app-key", "app-key-secret"),
    s3_setup=("setup-key", "setup-key-secret"),
    broker_url="redis://dems:broker-secret@127.0.0.1:3/0",
    store_path=Path("/data with space/store"),
)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in {
        "DEMS_DATABASE__OWNER_URL": "postgresql://somebody:else@db/dems",
        "DEMS_DATABASE__POOL_SIZE": "7",
        "DEMS_S3__SETUP__ACCESS_KEY": "theirs",
        "DEMS_S3__SETUP__SECRET_KEY": "theirs-secret",
        "DEMS_EVIDENCE__DIGESTS": '["md5"]',
        "DEMS_LEDGER__TIMESTAMP_AUTHORITIES": '[{"name": "tsa", "url": "https://tsa.example/", "roots": "tsa.pem"}]',
        "DEMS_LEDGER__WITNESSES": "/etc/dems/witnesses",
        "DEMS_LOG_LEVEL": "WARNING",
        "DEMS_TOKEN": "token-of-a-person",
        "AWS_SECRET_ACCESS_KEY": "of-the-shell",
    }.items():
        monkeypatch.setenv(name, value)
    return environment(settings_beside(load(), CONNECTIONS))


def test_a_child_gets_the_applications_identities_and_the_users_settings(told: dict[str, str]) -> None:
    assert told["DEMS_DATABASE__URL"] == CONNECTIONS.database_url
    assert told["DEMS_S3__ENDPOINT"] == "http://127.0.0.1:2"
    assert (told["DEMS_S3__ACCESS_KEY"], told["DEMS_S3__SECRET_KEY"]) == CONNECTIONS.s3_app
    assert told["DEMS_S3__SYNC_PATH"] == "/data with space/store"
    assert told["DEMS_BROKER__URL"] == CONNECTIONS.broker_url
    assert told["DEMS_EMBEDDED"] == "true"
    assert (told["DEMS_DATABASE__POOL_SIZE"], told["DEMS_LOG_LEVEL"]) == ("7", "WARNING")


def test_a_child_gets_nothing_of_owner_setup_or_shell(told: dict[str, str]) -> None:
    everything = " ".join([*told, *told.values()])
    for word in ("owner", "OWNER", "setup", "SETUP", "theirs", "reader", "token-of-a-person", "of-the-shell"):
        assert word not in everything


def test_what_a_child_is_told_gives_it_the_same_settings(told: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    meant = settings_beside(load(), CONNECTIONS)
    for name in ("OWNER_URL", "POOL_SIZE"):
        monkeypatch.delenv(f"DEMS_DATABASE__{name}")
    for name in ("ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.delenv(f"DEMS_S3__SETUP__{name}")
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    found = load()
    assert found.database == meant.database.model_copy(update={"owner_url": None})
    assert found.s3 == meant.s3.model_copy(update={"setup": None})
    assert (found.broker, found.evidence, found.embedded) == (meant.broker, meant.evidence, True)
    assert found.ledger.witnesses == meant.ledger.witnesses
    # Files are named from where the program was begun, and a child works in another folder.
    assert found.ledger.timestamp_authorities == (Stamps("tsa", "https://tsa.example/", Path("tsa.pem").absolute()),)


def test_the_api_is_stopped_before_the_workers(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    names = [child.name for child in children(Settings(), CONNECTIONS, tmp_path, 8000)]
    assert names == [
        "signer",
        "sequencer",
        "worker-verify",
        "worker-upkeep",
        "worker-extract",
        "worker-extract_large",
        "beat",
        "api",
    ], "stopped in the reverse order"


def test_whoever_works_on_the_log_is_told_of_its_own_role_only(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    settings = settings_beside(Settings(), CONNECTIONS)
    told = {child.name: child.env["DEMS_DATABASE__URL"] for child in children(settings, CONNECTIONS, tmp_path, 8000)}
    assert told.pop("sequencer") == CONNECTIONS.database_sequencer_url
    assert told.pop("signer") == CONNECTIONS.database_signer_url
    assert set(told.values()) == {CONNECTIONS.database_url}
