"""Asking timestamp authorities for RFC 3161 timestamps over HTTP (RFC 3161, 3.4), and checking them.

A timestamp says that somebody who is not us had these bytes before them at a time that they vouch for. It is checked when
it is received: at a trial it would be too late to ask for another.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from dems.ledger.fields import shown
from dems.ports.anchors import Answer, Heard
from dems.ports.values import Clock
from workers.anchoring.posting import Answered, NoAnswer, Posting, all_at_once
from workers.anchoring.witnesses import CLOCK_TOLERANCE

MAX_ANSWER_BYTES = 65_536
"""Of an authority's answer: a timestamp with four certificates of RSA-4096 has about a tenth of it."""

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_OK = 200


class TimestampInvalid(ValueError):
    """What was given is no timestamp of these bytes by this authority. The message says why."""


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """Whom we ask: under which name it is kept, where, and whose certificates its own must lead to.

    `policy` is the object identifier of the only policy that is accepted, None for any.
    """

    name: str
    url: str
    roots: tuple[x509.Certificate, ...]
    policy: str | None = None

    @classmethod
    def of(cls, name: str, url: str, roots: Path, policy: str | None = None) -> "TimestampAuthority":
        """Reads the roots from a PEM file. Raises `ValueError` where there is none in it, `OSError` as reading does."""
        return cls(name, url, tuple(x509.load_pem_x509_certificates(roots.read_bytes())), policy)


@dataclass(frozen=True, slots=True)
class Authorities:
    """See `dems.ports.anchors.AsksAuthorities`."""

    posting: Posting
    clock: Clock
    authorities: Sequence[TimestampAuthority]

    def stamp(self, text: bytes, names: Collection[str]) -> list[Answer]:
        return all_at_once([self._ask(authority, text) for authority in self.authorities if authority.name in names])

    def problem(self, name: str, response: bytes, text: bytes) -> str | None:
        known = next((authority for authority in self.authorities if authority.name == name), None)
        try:
            if known is not None:
                check_timestamp(response, text, known)
        except TimestampInvalid as error:
            return str(error)
        return None

    async def _ask(self, authority: TimestampAuthority, text: bytes) -> Answer:
        request = TimestampRequestBuilder(text, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
        try:
            answered = await self.posting.post(authority.url, request.as_bytes(), QUERY)
        except NoAnswer as error:
            return Answer(authority.name, Heard.UNREACHABLE, str(error))
        if answered.status != _OK or answered.media_type != REPLY:
            words = f"it answered with status {answered.status} and {shown(answered.media_type)}"
            return Answer(authority.name, Heard.UNREACHABLE if answered.status != _OK else Heard.GARBAGE, words)
        try:
            return self._checked(authority, text, request, answered)
        except TimestampInvalid as error:
            return Answer(authority.name, Heard.GARBAGE, f"its answer was dropped: {error}")

    def _checked(
        self, authority: TimestampAuthority, text: bytes, request: TimeStampRequest, answered: Answered
    ) -> Answer:
        response = _read(answered.body)
        if response.status not in {PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS}:
            said = ", ".join(shown(word) for word in response.status_string) or "it does not say why"
            return Answer(authority.name, Heard.REFUSED, f"it refused with status {response.status}: {said}")
        at = _require_stamp(response, text, authority, request.nonce)
        now = self.clock()
        if abs(at - now) > CLOCK_TOLERANCE:
            raise TimestampInvalid(f"it says {at:%FT%TZ}, and here it is {now:%FT%TZ}")
        return Answer(authority.name, Heard.GIVEN, "it gave a timestamp", answered.body, at)


def check_timestamp(response: bytes, text: bytes, authority: TimestampAuthority) -> datetime:
    """The time at which `authority` saw these bytes, by a whole RFC 3161 response that was kept.

    The certificates need only have been valid then. Raises `TimestampInvalid`.
    """
    return _require_stamp(_read(response), text, authority, None)


def _read(data: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(data)
    except ValueError as error:
        raise TimestampInvalid("this is no timestamp response in DER") from error


def _require_stamp(
    response: TimeStampResponse, text: bytes, authority: TimestampAuthority, nonce: int | None
) -> datetime:
    """Signature and chain at the time it says, purpose of the certificate, nonce, policy, hash; raises with what fails."""
    digest = hashlib.sha256(text).digest()
    try:
        imprint, at = response.tst_info.message_imprint, response.tst_info.gen_time
    except ValueError as error:
        raise TimestampInvalid("there is no timestamp in it") from error
    if imprint.hash_algorithm != _SHA256 or imprint.message != digest:
        raise TimestampInvalid("it is of other bytes, or names them by another hash than SHA-256")
    policy = None if authority.policy is None else x509.ObjectIdentifier(authority.policy)
    try:
        VerifierBuilder(policy, roots=list(authority.roots), nonce=nonce).build().verify(response, digest)
    except (VerificationError, ValueError) as error:
        raise TimestampInvalid(f"it does not verify: {shown(str(error))}") from error
    return at
