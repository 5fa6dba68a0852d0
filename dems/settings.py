"""Every setting, from ``DEMS_…`` variables. Built once per process and passed on; nothing reads the environment elsewhere."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.settings import Origin, S3Settings


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(_Part):
    """PostgreSQL 15 or later. Two identities: the application, and the owner (migrations only)."""

    url: SecretStr = Field(default=SecretStr(""), description="postgresql+psycopg://… of the application's role")
    owner_url: SecretStr | None = Field(default=None, description="The owner's, for `dems migrate` only")
    pool_size: int = Field(default=10, ge=1, le=200)
    pool_timeout_seconds: float = Field(default=5, gt=0)
    connect_timeout_seconds: int = Field(default=5, ge=1)
    statement_timeout_ms: int = Field(default=15_000, ge=100)
    lock_timeout_ms: int = Field(default=3_000, ge=10)


class BrokerSettings(_Part):
    """Where nudges go. The database says what is due; this may lose everything without losing work."""

    url: SecretStr = Field(default=SecretStr(""), description="redis://… or amqp://… for Celery")
    visibility_timeout_seconds: int = Field(
        default=600, ge=30, description="After this a lost message is delivered again"
    )


class ApiSettings(_Part):
    """The HTTP server."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535, description="The first free port from here is taken by `dems up`")
    max_body_bytes: int = Field(default=1_048_576, ge=1024, description="Of a JSON body; evidence has no such limit")
    max_manifest_bytes: int = Field(
        default=33_554_432, ge=1024, description="Of a manifest, of many decisions, rows or endorsements, of a workbook"
    )
    max_relays: int = Field(
        default=32, ge=1, description="Uploads through the API at once; each holds a few parts in memory"
    )
    parts_in_flight: int = Field(
        default=3, ge=1, le=16, description="Parts of one relayed upload sent to the store at once"
    )
    part_in_memory_bytes: int = Field(
        default=16 * 1024 * 1024, ge=8 * 1024 * 1024, description="Larger parts wait in an unlinked file in spool_dir"
    )
    spool_dir: Path | None = None
    stall_seconds: float = Field(default=60, gt=0, description="A client that sends nothing for so long is cut off")
    failed_tokens_per_minute: int = Field(default=20, ge=1, description="From one address; then 429")
    trust_proxy_header: bool = Field(default=False, description="Take the client's address from X-Forwarded-For")
    public_url: Origin | None = Field(
        default=None, description="The address people reach DEMS at: links of invitations begin with it"
    )


class EvidenceSettings(_Part):
    """How evidence is hashed, locked and looked at again."""

    digests: tuple[Literal["sha512", "sha1", "md5"], ...] = Field(
        default=(), description="Computed beside SHA-256, to compare with what other systems declare"
    )
    lock_days: int = Field(
        default=400, ge=1, description="Rolling COMPLIANCE retention of sealed evidence; never shortened"
    )
    quarantine_days: int = Field(
        default=30, ge=1, description="Retention of a multipart upload's object until it is sealed"
    )
    legal_hold: bool = Field(default=True, description="Also set a legal hold on sealed evidence")
    upload_days: int = Field(default=7, ge=1, description="An upload not completed by then expires")
    access_minutes: int = Field(default=15, ge=1, description="How long a grant to read one item lasts")
    receipt_days: int = Field(default=30, ge=1)
    recheck_days: int = Field(default=90, ge=1, description="Every sealed item is verified again within so many days")
    recheck_every_minutes: int = Field(default=60, ge=1)
    lease_seconds: int = Field(default=60, ge=10, description="A worker that says nothing for so long has lost its job")
    resume_hash_above_bytes: int = Field(
        default=64 * 1024**3,
        ge=16 * 1024 * 1024,
        description="Larger files are hashed so that a killed worker loses little",
    )
    min_free_bytes: int = Field(
        default=1_073_741_824, ge=0, description="Below this much free space at the embedded store, intake answers 507"
    )
    accept_untrusted_store: bool = Field(
        default=False,
        description="DANGER: take evidence into a store whose Object Lock the self-check got round, so that it can be destroyed",
    )
    self_check_max_age_hours: int = Field(default=36, ge=1, description="An older self-check counts as none")


class CasesSettings(_Part):
    """The words in which cases are described, where an installation has settled on its own."""

    forces: dict[str, str] | None = Field(
        default=None, description="Code and name of every force; another is refused. Without it any is taken"
    )


class ClocksSettings(_Part):
    """When people are reminded of statutory dates."""

    remind_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(
        default=(14, 7, 2),
        description="So many calendar days ahead, each on a working day, and once when it has passed",
    )


class FindingsSettings(_Part):
    """How files are read, and what one reading may cost."""

    bytes_per_item: int = Field(
        default=256 * 1024 * 1024, ge=1024 * 1024, description="Asked of the store for one item; then it is partial"
    )
    requests_per_item: int = Field(default=4000, ge=10, description="To the store for one item; then it is partial")
    seconds: int = Field(default=60, ge=1, description="For one small item; its reader is ended then")
    seconds_large: int = Field(default=600, ge=1, description="The same for large items and second tries")
    memory_bytes: int = Field(default=512 * 1024 * 1024, ge=64 * 1024 * 1024, description="Of one reader")
    required_sandbox: Literal["none", "limits", "seccomp", "landlock", "full"] = Field(
        default="seccomp", description="Where a machine does not hold readers so tightly, nothing is read"
    )
    reread_on_new_tools: bool = Field(default=True, description="Read items again when a tool's version has changed")
    clamd: str | None = Field(
        default=None, description="A malware scanner: the path of its socket, or host:port; its verdict is a finding"
    )
    clamd_seconds: int = Field(default=300, ge=1, description="What waiting for it may take for one item")


@dataclass(frozen=True)
class Stamps:
    """A timestamp authority (RFC 3161), as the settings name it."""

    name: str
    """Under which its timestamps are kept; do not change it."""
    url: str
    roots: Path
    """Certificates (PEM) of which one must stand above its own."""
    policy: str | None = None
    """The object identifier of the only policy that is accepted."""


class AnchorSettings(_Part):
    """Who outside holds the custody log in place. Nothing waits for any of them."""

    witnesses: Path | None = Field(
        default=None, description="A C2SP tlog-policy file that names witnesses with their addresses, and the quorum"
    )
    witness_every_seconds: int = Field(
        default=60, ge=5, description="How often they are asked to cosign what is newly signed"
    )
    timestamp_authorities: tuple[Stamps, ...] = ()
    timestamp_every_minutes: int = Field(default=60, ge=1, description="How often the newest checkpoint is stamped")
    anchor_seconds: float = Field(default=10, gt=0, description="What one answer of one of them may take in all")
    anchor_ca_file: Path | None = Field(
        default=None, description="Certificates (PEM) that their web servers' are checked against, if not public ones"
    )
    unanchored_warning_minutes: int = Field(
        default=180, ge=1, description="What was signed and is held by nobody outside for longer is warned of"
    )


class LedgerSettings(AnchorSettings):
    """The custody log: how it is signed, kept and shown."""

    key_file: Path | None = Field(
        default=None,
        description="The signer's private key; `ledger-key` in data_dir where none is named. Made where no log is yet",
    )
    origin: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The log's name, when its key is made; else a random one",
    )
    former_keys: tuple[str, ...] = Field(
        default=(), description="Public keys that signed this log before, so that it goes on under a new one"
    )
    public: bool = Field(
        default=False, description="Show /ledger/… to anyone: it holds commitments, and how much is done when"
    )
    lock_days: int = Field(
        default=3650, ge=1, le=18_250, description="COMPLIANCE retention of what is published; never shortened"
    )
    sequence_seconds: float = Field(default=0.2, ge=0.05, le=60, description="How often the queue is looked at")
    sign_seconds: float = Field(
        default=1.0, ge=0.05, le=3600, description="Checkpoints are signed no more often than that; each is kept"
    )
    tail_seconds: int = Field(
        default=3600,
        ge=1,
        description="So often what fills no whole tile yet is published too, and when the signer stops",
    )

    @field_validator("origin")
    @classmethod
    def _is_a_name(cls, origin: str | None) -> str | None:
        from dems.ledger.keys import require_key_name  # noqa: PLC0415  (client commands do not wait for its imports)

        if origin is not None:
            require_key_name(origin)
        return origin

    @field_validator("former_keys")
    @classmethod
    def _are_keys_of_logs(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        from dems.ledger.keys import VerifierKey  # noqa: PLC0415  (client commands do not wait for its imports)
        from dems.ledger.policy import Log  # noqa: PLC0415

        for text in keys:
            Log(VerifierKey.from_text(text))
        return keys


class Settings(BaseSettings):
    """All settings. Unknown keys are refused, so that a misspelt one does not pass for a default."""

    model_config = SettingsConfigDict(
        env_prefix="DEMS_", env_nested_delimiter="__", frozen=True, extra="forbid", env_ignore_empty=True
    )

    data_dir: Path = Field(default=Path("data"), description="Where the embedded engines keep everything")
    embedded: bool = Field(default=False, description="Set by `dems up` for its children: the engines are in data_dir")
    database: DatabaseSettings = DatabaseSettings()
    s3: S3Settings = S3Settings()
    broker: BrokerSettings = BrokerSettings()
    api: ApiSettings = ApiSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    cases: CasesSettings = CasesSettings()
    clocks: ClocksSettings = ClocksSettings()
    findings: FindingsSettings = FindingsSettings()
    ledger: LedgerSettings = LedgerSettings()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    workers: int = Field(default=2, ge=1, description="Processes of the Celery worker that `dems up` starts")

    @property
    def access_lasts(self) -> timedelta:
        return timedelta(minutes=self.evidence.access_minutes)


CLIENT_VARIABLES = frozenset({"DEMS_URL", "DEMS_TOKEN", "DEMS_STATE_DIR", "DEMS_INVITATION", "DEMS_CORPUS"})
"""Read by the client commands and the benchmarks, not settings of a server."""


def load(**overrides: Any) -> Settings:
    """Read the environment. Raises `pydantic.ValidationError` with each wrong setting by name."""
    known = {f"DEMS_{name}".upper() for name in Settings.model_fields}
    for variable in os.environ:
        name = variable.upper()
        if name.startswith("DEMS_") and name not in CLIENT_VARIABLES and name.split("__", 1)[0] not in known:
            overrides.setdefault(name.removeprefix("DEMS_").lower(), os.environ[variable])
    return Settings(**overrides)
