"""What the library c2pa says of the signature on a file's content credentials, where it is installed (the extra `c2pa`).

It runs behind the same locks, so nothing is fetched: remote manifests and revocation lists are not seen, and it knows nobody
whom to trust. So `valid` means that the signature fits the bytes, whoever signed; `trusted` is never reached.
"""

import importlib
import json
from typing import Any

from dems.model.findings import Confidence
from workers.extractors.report import Report
from workers.extractors.source import Source

TOOL = "c2pa"
MAX_SIZE = 32 * 1024 * 1024
"""Bytes of a file that is checked: all of it is hashed."""
_STATES = {"Valid": "valid", "Invalid": "invalid", "Trusted": "trusted"}
_UNTRUSTED = "signingCredential.untrusted"
_MAX_CODES = 20


def _library() -> Any:
    try:
        return importlib.import_module("c2pa")
    except (ImportError, OSError):
        return None


LIBRARY = _library()


def version() -> str:
    return str(LIBRARY.__version__)


def tell_signature(source: Source, media_type: str, report: Report) -> None:
    """Whether the signature fits; nothing where the library is not here. `Refused` leaves the reading partial, as everywhere."""
    if LIBRARY is None:
        return
    by = report.by(TOOL, version())
    if source.size > MAX_SIZE:
        report.warn(f"The signature of the content credentials was not checked: the file has {source.size:,} bytes.")
        return
    source.seek(0)
    try:
        told = json.loads(LIBRARY.Reader(media_type, source).json())
        state = _STATES[told["validation_state"]]
        codes = [str(each["code"]) for each in told.get("validation_status", [])][:_MAX_CODES]
    except Exception as error:  # noqa: BLE001 - the library raises many kinds, and what it writes has no promised shape
        if source.refused is None:
            report.warn(f"The signature of the content credentials could not be checked ({type(error).__name__}).")
        return
    flags = ("not_trusted",) if _UNTRUSTED in codes else ()
    by.found(
        "content_credentials.signature",
        state,
        "C2PA:validation_state",
        raw=", ".join(codes),
        confidence=Confidence.DERIVED,
        flags=flags,
    )
