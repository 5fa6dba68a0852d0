"""What time-stamping authorities (RFC 3161) say of a package's checkpoint.

The check needs `rfc3161-client`, which a verifier need not have. Without it, and without the certificates of authorities
that the recipient believes, nothing is proved and nothing is false: the finding then names the command that checks.
"""

import hashlib

from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate, load_pem_x509_certificates

from dems.ledger.fields import shown
from dems.ledger.invalid import Contradicted, LedgerInvalid, Malformed, NotProved
from dems.ledger.note import MAX_NOTE_BYTES, Note
from dems.ledger.verifier import Finding, checked
from dems.package.places import CHECKPOINT, STAMPED, TIMESTAMPS
from dems.package.source import Source, read_whole

MAX_TOKEN_BYTES = 256 * 1024
MAX_ROOTS_BYTES = 4 * 1024 * 1024
_MOST_TOKENS = 100
_HASHES = ("sha256", "sha384", "sha512")
"""Those that `rfc3161-client` takes a timestamp over."""

OPENSSL = f"openssl ts -verify -data {STAMPED} -in FILE -CAfile ROOTS.pem"


def check_times(source: Source, roots: bytes | None) -> list[Finding]:
    """A finding if there are tokens, or if `roots` (certificates in PEM) say that somebody expects some.

    Raises `ValueError` where `roots` is no PEM.
    """
    tokens = sorted(path for path in source.sizes if path.startswith(TIMESTAMPS) and path != STAMPED)
    if not tokens and roots is None:
        return []
    return [checked("timestamps", lambda: _all(source, tokens, roots))]


def _all(source: Source, tokens: list[str], roots: bytes | None) -> str:
    if not tokens:
        raise NotProved("there is no timestamp in this package")
    if len(tokens) > _MOST_TOKENS:
        raise Malformed(f"there are more than {_MOST_TOKENS} timestamps")
    text = Note.from_bytes(read_whole(source, CHECKPOINT, most=MAX_NOTE_BYTES)).text.encode()
    if read_whole(source, STAMPED, most=MAX_NOTE_BYTES) != text:
        raise Contradicted(f"{STAMPED} is not the text of {CHECKPOINT}")
    if roots is None:
        raise NotProved(f"give the certificates of the authorities that you believe with --tsa-root, or run: {OPENSSL}")
    return _told(source, tokens, text, load_pem_x509_certificates(roots))


def _told(source: Source, tokens: list[str], text: bytes, roots: list[Certificate]) -> str:
    """What those say that one knows. What is wrong with any is told before that."""
    times: list[str] = []
    problems: list[str] = []
    strangers = 0
    for path in tokens:
        try:
            times.append(_time(read_whole(source, path, most=MAX_TOKEN_BYTES), text, roots))
        except _Stranger:
            strangers += 1
        except NotProved:
            raise
        except LedgerInvalid as error:
            problems.append(f"{shown(path)}: {error}")
    if problems:
        raise Contradicted("; ".join(problems))
    others = f"{strangers} of the timestamps are by authorities whose certificates you did not give"
    if not times:
        raise NotProved(f"{others}: nothing is said of them")
    told = f"; {others}" if strangers else ""
    return f"the checkpoint was there at {', '.join(sorted(times))}, say {len(times)} authorities{told}"


class _Stranger(NotProved):
    """A timestamp by an authority that the recipient does not know: it may be right."""


def _time(token: bytes, text: bytes, roots: list[Certificate]) -> str:
    """When an authority saw the checkpoint. Raises `NotProved` where the library is not to be had, or the authority is not known."""
    try:
        # Not everybody has it; then it is said in words.
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415
    except ImportError as error:
        raise NotProved(f"rfc3161-client is not installed here; run: {OPENSSL}") from error
    try:
        answer = decode_timestamp_response(token)
        above = {load_der_x509_certificate(each).issuer for each in answer.signed_data.certificates}
        stamped = answer.tst_info.message_imprint.message
    except (ValueError, InvalidVersion) as error:
        raise Contradicted("this is no timestamp") from error
    if stamped not in {hashlib.new(name, text).digest() for name in _HASHES}:
        raise Contradicted("this is a timestamp of something else than this checkpoint")
    if above.isdisjoint(root.subject for root in roots):
        raise _Stranger
    try:
        VerifierBuilder(roots=roots).build().verify_message(answer, text)
    except (VerificationError, ValueError) as error:
        words = "its signature does not hold, or its certificate did not at that time"
        raise Contradicted(f"this is no timestamp by the authority that it names: {words}") from error
    return answer.tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
