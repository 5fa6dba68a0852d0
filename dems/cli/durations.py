"""How long, in the words of the command line: `45m`, `12h`, `30d`, `2w`."""

import re
from datetime import timedelta

_FORM = re.compile(r"([1-9][0-9]{0,5})([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def duration(text: str) -> timedelta:
    """Raises `ValueError` for anything but a whole number from 1 and one unit."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration: write a whole number and m, h, d or w, as in 12h or 30d")
    return int(match[1]) * _UNITS[match[2]]
