"""The library c2pa itself, behind the locks: a signature that fits, and one that does not. It signs the samples, for nobody known."""

import datetime as dt
import importlib
import io
import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.workers.extractors.photo_samples import FULL, exif, jpeg
from tests.workers.installed.attacks import read
from workers.extractors.nursery import Nursery

_DAY = dt.timedelta(days=1)
_CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
}
CLAIM = {
    "claim_generator_info": [{"name": "dems sample", "version": "1.2"}],
    "assertions": [
        {"label": "c2pa.actions", "data": {"actions": [_CREATED]}},
        {"label": "org.test", "data": {"x": "y" * 150_000}},
    ],
}


def certificate(name: str, of: ec.EllipticCurvePrivateKey, by: tuple[str, ec.EllipticCurvePrivateKey] | None) -> bytes:
    """Of an authority where nobody signed it, else of a signer."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "T")]
    )
    issuer = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, by[0] if by else name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "T"),
        ]
    )
    signs = by[1] if by else of
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(
        digital_signature=by is not None,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=by is None,
        crl_sign=by is None,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(of.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 365 * _DAY)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signs.public_key()), critical=False)
        .add_extension(usage, critical=True)
    )
    if by is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return made.sign(signs, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed(data: bytes) -> bytes:
    library: Any = importlib.import_module("c2pa")
    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain = certificate("signer", own, ("authority", authority)) + certificate("authority", authority, None)

    def sign(text: bytes) -> bytes:
        r, s = decode_dss_signature(own.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    out = io.BytesIO()
    signer = library.Signer.from_callback(sign, library.C2paSigningAlg.ES256, chain.decode(), None)
    library.Builder(json.dumps(CLAIM)).sign(signer, "image/jpeg", io.BytesIO(data), out)
    return out.getvalue()


def test_a_signature_that_fits_is_valid_and_of_nobody_known(nursery: Nursery) -> None:
    reading = read(nursery, signed(jpeg(exif(FULL))))
    found = {each.name: each for each in reading.findings if each.name.startswith("content_credentials")}
    assert found["content_credentials.generator"].value == "dems sample 1.2"
    signature = found["content_credentials.signature"]
    assert (signature.value, signature.tool, signature.flags) == ("valid", "c2pa", ("not_trusted",))
    assert reading.tools["c2pa"] == nursery.versions()["c2pa"]
    assert reading.sandbox == "full"


def test_a_picture_changed_after_it_was_signed_is_invalid(nursery: Nursery) -> None:
    data = bytearray(signed(jpeg(exif(FULL))))
    data[-40] ^= 0xFF
    (signature,) = [
        each for each in read(nursery, bytes(data)).findings if each.name == "content_credentials.signature"
    ]
    assert signature.value == "invalid"
    assert "assertion.dataHash.mismatch" in str(signature.raw)
