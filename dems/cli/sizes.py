"""How much, in the words of the command line: `500kB`, `20GB`, `1.5TB`, or a number of bytes."""

import re
from decimal import Decimal

_FORM = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,3})?) ?(B|kB|MB|GB|TB)?")
_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def size(text: str) -> int:
    """In bytes. Raises `ValueError` for anything but a number, with or without one of the units that `size_text` writes."""
    match = _FORM.fullmatch(text.strip())
    found = Decimal(match[1]) * _UNITS[match[2] or "B"] if match else Decimal(0)
    if found < 1 or found != int(found):
        raise ValueError(f"{text!r} is not a size: write a number and kB, MB, GB or TB, as in 500MB or 1.5TB")
    return int(found)
