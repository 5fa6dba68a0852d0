"""Tokens: 256 random bits with a prefix that says what they open. Only their SHA-256 is ever stored."""

import hashlib
import secrets
from enum import StrEnum


class Prefix(StrEnum):
    """What a token begins with, so that one that leaks into a log or a repository can be recognised."""

    API = "dems_api_"
    UPLOAD = "dems_up_"
    INTAKE = "dems_in_"


def new_token(prefix: Prefix) -> tuple[str, bytes]:
    """A fresh token and its hash. The token is shown once."""
    token = prefix.value + secrets.token_urlsafe(32)
    return token, token_hash(token)


def token_hash(token: str) -> bytes:
    """SHA-256 of the token: with 256 random bits in it, neither salt nor a slow hash adds anything."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
