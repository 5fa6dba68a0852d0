from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.invalid import Malformed
from dems.ledger.keys import MAX_KEY_TEXT, KeyType, Signer, SigningKey, VerifierKey
from tests.ledger.published import GO_KEY, GO_LINE, GO_PRIVATE_KEY, GO_TEXT, SPECIFICATION_KEY, WITNESS_KEY

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"], exclude_characters="+"), min_size=1)
keys = st.binary(min_size=32, max_size=32)
types = st.sampled_from(KeyType)


def test_the_key_of_the_specification_is_read() -> None:
    key = VerifierKey.from_text(SPECIFICATION_KEY)
    assert (key.name, key.type, key.id) == ("example.com/foo", KeyType.ED25519, bytes.fromhex("530d903a"))
    assert key.public.hex() == "e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4"
    assert key.to_text() == SPECIFICATION_KEY


def test_the_key_of_a_real_witness_is_read() -> None:
    key = VerifierKey.from_text(WITNESS_KEY)
    assert (key.name, key.type, key.id.hex()) == ("remora.n621.de", KeyType.COSIGNATURE, "da77ade7")
    assert key.to_text() == WITNESS_KEY


def test_base64_with_plus_signs_is_read() -> None:
    text = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"
    key = VerifierKey.from_text(text)
    assert b64encode(b"\x01" + key.public).decode() == "AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"
    assert key.to_text() == text


def test_the_private_key_of_gos_test_makes_gos_signature() -> None:
    signing = SigningKey.from_bytes(f"{GO_PRIVATE_KEY}\n".encode())
    assert signing.to_bytes() == f"{GO_PRIVATE_KEY}\n".encode()
    assert signing.key == VerifierKey.from_text(GO_KEY)
    published = b64decode(GO_LINE.split(" ")[2])
    assert signing.key.id == published[:4]
    assert signing.sign(GO_TEXT.encode()) == published[4:]


def test_a_private_key_of_rfc_8032_has_its_public_key_and_signature() -> None:
    """Section 7.1, test 2."""
    signing = SigningKey(
        "rfc",
        KeyType.ED25519,
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
    )
    assert signing.key.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signing.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_the_key_id_is_the_hash_of_name_type_and_key() -> None:
    key = VerifierKey("log", KeyType.COSIGNATURE, b"\x07" * 32)
    assert key.id == sha256(b"log\n\x04" + b"\x07" * 32).digest()[:4]


@given(names, types, keys)
def test_a_key_reads_back_to_the_same_text(name: str, key_type: KeyType, public: bytes) -> None:
    key = VerifierKey(name, key_type, public)
    assert VerifierKey.from_text(key.to_text()) == key
    signing = SigningKey(name, key_type, public)
    assert SigningKey.from_bytes(signing.to_bytes()) == signing


def test_a_private_key_shows_nothing_of_itself() -> None:
    signing = SigningKey("log", KeyType.ED25519, bytes(range(32)))
    assert repr(signing) == "SigningKey(name='log', type=<KeyType.ED25519: 1>)"
    damaged = signing.to_bytes().replace(b"+AQAB", b"+AQAC")
    with pytest.raises(Malformed) as raised:
        SigningKey.from_bytes(damaged)
    assert "AgME" not in str(raised.value)


def test_a_file_key_is_a_signer() -> None:
    signer: Signer = SigningKey("log", KeyType.ED25519, bytes(32))
    signature = signer.sign(b"text")
    assert signer.key.verifies(signature, b"text")
    assert not signer.key.verifies(signature, b"other")


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65])
def test_a_signature_of_another_length_does_not_verify(length: int) -> None:
    assert not SigningKey("log", KeyType.ED25519, bytes(32)).key.verifies(bytes(length), b"text")


def test_a_public_key_that_is_no_point_verifies_nothing() -> None:
    for public in (b"\xff" * 32, b"\x02" + bytes(31)):
        assert not VerifierKey("log", KeyType.ED25519, public).verifies(bytes(64), b"text")


# --- what is refused ---


@pytest.mark.parametrize("key", [GO_KEY, SPECIFICATION_KEY, WITNESS_KEY])
def test_no_part_of_a_key_and_no_changed_key_is_read(key: str) -> None:
    for start in range(len(key) + 1):
        for end in range(start, len(key) + 1):
            if key[start:end] != key:
                with pytest.raises(Malformed):
                    VerifierKey.from_text(key[start:end])
    for place, character in enumerate(key):
        for other in {chr(ord(character) + 1), chr(ord(character) ^ 1), character.swapcase(), " ", "+"} - {character}:
            with pytest.raises(Malformed):
                VerifierKey.from_text(key[:place] + other + key[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "bananas+12344556",
        "bananas+12345678+THIS_IS_NOT_BASE64!",
        "bananas+12345678+AwEB",
        "bananas+12345678+",
        GO_KEY + "\n",
        " " + GO_KEY,
        GO_KEY.replace("c74f20a3", "C74F20A3"),
        GO_KEY.replace("c74f20a3", "0c74f20a3"),
        "x" * MAX_KEY_TEXT + GO_KEY,
        "",
        "++",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey.from_text(text)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\nb", "a\tb", "\x00", "a\u00a0b", "a\u2028b", "a\u3000b", "a\u0085b", "\ud800"]
)
def test_such_a_name_is_no_keys(name: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey(name, KeyType.ED25519, bytes(32))
    with pytest.raises(Malformed):
        SigningKey(name, KeyType.ED25519, bytes(32))


def test_a_written_key_has_at_most_2048_characters() -> None:
    longest = VerifierKey(
        "x" * (2048 - len(VerifierKey("x", KeyType.ED25519, bytes(32)).to_text()) + 1), KeyType.ED25519, bytes(32)
    )
    assert len(longest.to_text()) == MAX_KEY_TEXT == 2048
    assert VerifierKey.from_text(longest.to_text()) == longest
    longer = VerifierKey(longest.name + "x", KeyType.ED25519, bytes(32))
    with pytest.raises(Malformed, match="a key is written"):
        VerifierKey.from_text(longer.to_text())


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_has_32_bytes(length: int) -> None:
    with pytest.raises(Malformed, match="32 bytes"):
        VerifierKey("log", KeyType.ED25519, bytes(length))
    with pytest.raises(Malformed, match="32 bytes"):
        SigningKey("log", KeyType.ED25519, bytes(length))


@pytest.mark.parametrize(
    "data",
    [
        GO_PRIVATE_KEY.encode(),
        f"{GO_PRIVATE_KEY}\n\n".encode(),
        f"{GO_PRIVATE_KEY}\r\n".encode(),
        f"\n{GO_PRIVATE_KEY}\n".encode(),
        GO_KEY.encode() + b"\n",
        f"{GO_PRIVATE_KEY}\n".lower().encode(),
        f"{GO_PRIVATE_KEY.replace('c74f20a3', 'c74f20a4')}\n".encode(),
        b"PRIVATE+KEY+\n",
        b"\xff",
        b"",
        b"PRIVATE+KEY+" + b"x" * MAX_KEY_TEXT,
    ],
)
def test_what_is_no_file_of_a_private_key_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        SigningKey.from_bytes(data)


def test_no_changed_file_of_a_private_key_is_read() -> None:
    data = f"{GO_PRIVATE_KEY}\n".encode()
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Malformed):
            SigningKey.from_bytes(bytes(changed))
