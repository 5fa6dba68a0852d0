"""docker-compose.yml as Compose reads it: parsed, merged, with every ``${NAME}`` filled in."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_VARIABLE = re.compile(r"\$(?:\$|\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\})")


def secret_of(name: str) -> str:
    """What the tests give for a secret: hexadecimal, as the file asks for."""
    return name.lower().encode().hex()


def given(name: str) -> str:
    """What the tests give for a variable without a default: an address where its name says so, else a secret."""
    return f"https://{name.split('_', maxsplit=1)[0].lower()}.example.org" if name.endswith("_URL") else secret_of(name)


def interpolated(value: Any) -> Any:
    """Fill in variables: the default where there is one, else what the tests give; ``$$`` is a dollar sign."""
    if isinstance(value, dict):
        return {k: interpolated(v) for k, v in value.items()}
    if isinstance(value, list):
        return [interpolated(v) for v in value]
    if not isinstance(value, str):
        return value
    return _VARIABLE.sub(
        lambda m: "$" if m[1] is None else m[3] if m[2] == ":-" else given(m[1]),
        value,
    )


def raw_text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    document: dict[str, Any] = interpolated(yaml.safe_load(raw_text()))
    return document


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services that run our own image."""
    return {name: service for name, service in services().items() if "build" in service}
