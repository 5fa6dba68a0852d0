"""A small timestamp authority (RFC 3161): a root, a certificate for time stamping, and an HTTP answer for each request."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.workers.anchoring import der

POLICY = "1.3.6.1.4.1.57264.2"
SHA256, SHA512 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"
_SIGNED_DATA, _TST_INFO, _ECDSA_SHA256 = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4", "1.2.840.10045.4.3.2"
_CONTENT_TYPE, _DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_CERTIFICATE_USED = "1.2.840.113549.1.9.16.2.47"
DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Oddities:
    """What this authority does otherwise than it should."""

    nonce: int | None = None
    imprint: bytes | None = None
    algorithm: str = SHA256
    at: datetime | None = None
    status: int = 0
    without_certificates: bool = False
    damaged: bool = False


@dataclass
class Authority:
    """`ends` is when its certificate does; `purpose` what it is for."""

    folder: Path
    name: str = "authority"
    ends: timedelta = DAY
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING
    oddities: Oddities = field(default_factory=Oddities)
    serial: int = 0

    def __post_init__(self) -> None:
        root_key = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"root of {self.name}")])
        root = (
            _begin(issuer, issuer, root_key.public_key(), DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(root_key, hashes.SHA256())
        )
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        self.certificate = (
            _begin(subject, issuer, self.key.public_key(), self.ends)
            .add_extension(x509.ExtendedKeyUsage([self.purpose]), critical=True)
            .sign(root_key, hashes.SHA256())
        )
        self.roots = self.folder / f"{self.name}.pem"
        self.roots.write_bytes(root.public_bytes(serialization.Encoding.PEM))

    def respond(self, request: bytes) -> bytes:
        """The response to a request (RFC 3161, 2.4), with whatever is odd about this authority."""
        odd = self.oddities
        if odd.status:
            words = der.sequence(der.tagged(der.UTF8, b"ask again\nlater"))
            return der.sequence(der.sequence(der.integer(odd.status), words))
        imprint, nonce = _asked(request)
        self.serial += 1
        info = der.sequence(
            der.integer(1),
            der.identifier(POLICY),
            der.sequence(_algorithm(odd.algorithm), der.octets(odd.imprint or imprint)),
            der.integer(self.serial),
            der.tagged(der.TIME, (odd.at or now()).strftime("%Y%m%d%H%M%SZ").encode()),
            der.sequence(der.integer(1)),
            der.integer(odd.nonce or nonce),
        )
        return der.sequence(der.sequence(der.integer(0)), self._token(info))

    def _token(self, info: bytes) -> bytes:
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        attributes = [
            _attribute(_CONTENT_TYPE, der.identifier(_TST_INFO)),
            _attribute(_DIGEST, der.octets(sha256(info).digest())),
            _attribute(
                _CERTIFICATE_USED, der.sequence(der.sequence(der.sequence(der.octets(sha256(certificate).digest()))))
            ),
        ]
        signature = self.key.sign(der.set_of(*attributes), ec.ECDSA(hashes.SHA256()))
        if self.oddities.damaged:
            info = info.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1)
        signer = der.sequence(
            der.integer(1),
            der.sequence(self.certificate.issuer.public_bytes(), der.integer(self.certificate.serial_number)),
            _algorithm(SHA256),
            der.set_of(*attributes, tag=0xA0),
            der.sequence(der.identifier(_ECDSA_SHA256)),
            der.octets(signature),
        )
        signed = der.sequence(
            der.integer(3),
            der.set_of(_algorithm(SHA256)),
            der.sequence(der.identifier(_TST_INFO), der.tagged(0xA0, der.octets(info))),
            b"" if self.oddities.without_certificates else der.tagged(0xA0, certificate),
            der.set_of(signer),
        )
        return der.sequence(der.identifier(_SIGNED_DATA), der.tagged(0xA0, signed))


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, ends: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - 30 * DAY)
        .not_valid_after(now() + ends)
    )


def _asked(request: bytes) -> tuple[bytes, int]:
    """The imprint and the nonce of a request (RFC 3161, 2.4.1), which must ask for SHA-256 and the certificate."""
    [(_, whole)] = der.inside(request)
    (_, version), (_, imprint), *rest = der.inside(whole)
    (_, algorithm), (_, digest) = der.inside(imprint)
    assert version == b"\x01"
    assert algorithm.startswith(der.identifier(SHA256))
    by_tag = dict(rest)
    assert by_tag[0x01] == b"\xff", "the certificate is asked for"
    return digest, int.from_bytes(by_tag[der.INTEGER], "big", signed=True)


def _algorithm(dotted: str) -> bytes:
    return der.sequence(der.identifier(dotted))


def _attribute(dotted: str, value: bytes) -> bytes:
    return der.sequence(der.identifier(dotted), der.set_of(value))
