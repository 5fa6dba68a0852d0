"""What time-stamping authorities (RFC 3161) say of a package's checkpoint.

The check needs `rfc3161-client`, which a verifier need not have. Without it, and without the certificates of authorities
that the recipient believes, nothing is proved and nothing is false: the finding then names the command that checks.
"""

from dems.ledger.fields import shown
from dems.ledger.invalid import Contradicted, LedgerInvalid, Malformed, NotProved
from dems.ledger.note import MAX_NOTE_BYTES, Note
from dems.ledger.verifier import Finding, checked
from dems.package.places import CHECKPOINT, STAMPED, TIMESTAMPS
from dems.package.source import Source, read_whole

MAX_TOKEN_BYTES = 256 * 1024
MAX_ROOTS_BYTES = 4 * 1024 * 1024
_MOST_TOKENS = 100

OPENSSL = f"openssl ts -verify -data {STAMPED} -in FILE -CAfile ROOTS.pem"


def check_times(source: Source, roots: bytes | None) -> list[Finding]:
    """A finding if there are tokens, or if `roots` (certificates in PEM) say that somebody expects some."""
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
    times: list[str] = []
    problems: list[str] = []
    for path in tokens:
        try:
            times.append(_time(read_whole(source, path, most=MAX_TOKEN_BYTES), text, roots))
        except NotProved:
            raise
        except LedgerInvalid as error:
            problems.append(f"{shown(path)}: {error}")
    if problems:
        raise Contradicted("; ".join(problems))
    return f"the checkpoint was there at {', '.join(sorted(times))}, say {len(times)} authorities"


def _time(token: bytes, text: bytes, roots: bytes) -> str:
    """When an authority saw the checkpoint. Raises `NotProved` where the library is not to be had."""
    try:
        # Others' verifiers have neither; ours says so in words.
        from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415
    except ImportError as error:
        raise NotProved(f"rfc3161-client is not installed here; run: {OPENSSL}") from error
    try:
        certificates = load_pem_x509_certificates(roots)
    except ValueError as error:
        raise Malformed("the file with the authorities' certificates is not PEM") from error
    try:
        answer = decode_timestamp_response(token)
        at = answer.tst_info.gen_time
        VerifierBuilder(roots=certificates).build().verify_message(answer, text)
    except (VerificationError, ValueError) as error:
        raise Contradicted(
            f"this is no timestamp of this checkpoint by an authority that you believe: {error}"
        ) from error
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
