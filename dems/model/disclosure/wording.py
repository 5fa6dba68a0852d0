"""Texts as they are compared: what two readers would call the same word is the same, however it was typed.

Letters of other alphabets that look Latin, letters in the place of digits, spaced-out letters, accents, invisible characters and
upper case make no difference.
"""

import re
import unicodedata

from dems.model.disclosure.common_words import CALENDAR_WORDS, FIELD_WORDS, FUNCTION_WORDS

_LOOKALIKES = str.maketrans(
    {
        **dict(zip("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u04bb\u0501\u051b\u051d", "aeopcyxisjhdqw", strict=True)),
        **dict(zip("\u043a\u043c\u0442\u0432\u043d\u0433", "kmtbhr", strict=True)),
        **dict(zip("\u03b1\u03b5\u03bf\u03c1\u03c5\u03c7\u03b9\u03ba\u03bd\u03c4\u03b2\u03b7\u03b6\u03bc", "aeopyxikvtbnzm", strict=True)),
        "\u0131": "i", "\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u00e6": "ae", "\u0153": "oe",
    }
)  # fmt: skip
"""Small Cyrillic and Greek letters, and those that have no decomposition, with the Latin ones they look like."""

_NOTHING = frozenset({"Mn", "Me", "Cf"})
_LETTERS_FOR_DIGITS = str.maketrans("oil|", "0111")
_SPACED_OUT = re.compile(r"(?<![a-z0-9])(?:[a-z][ ._\-]){2,}[a-z](?![a-z0-9])")
_TIMES = re.compile(r"\b\d{1,4}(?P<mark>[-/.])\d{1,2}(?P=mark)\d{1,4}\b|\b\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\b")
_SPLIT_NUMBER = re.compile(r"(?<=\d)[ .\-]+(?=\d)")
_WORD = re.compile(r"[a-z0-9]+")
_REFERENCE = re.compile(
    r"(?<![a-z0-9])([a-z]{2,4})( ?[/\\.\-_:] ?| |)(?=[oil|]*\d)0*([0-9oil|]{1,5})([a-hj-km-np-z]?)(?![a-z0-9])"
)


def folded(text: str) -> str:
    """A text in the form in which texts are compared."""
    if text.isascii():
        plain = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text)
        plain = (
            "".join(c for c in decomposed if unicodedata.category(c) not in _NOTHING).casefold().translate(_LOOKALIKES)
        )
    return _SPACED_OUT.sub(lambda spaced: re.sub(r"[ ._\-]", "", spaced[0]), re.sub(r"\s+", " ", plain))


def words_of(text: str) -> frozenset[str]:
    """The words of a text that may tell something: without function words, in the singular; numbers as digits, whatever they were
    typed with or split by, and without dates and times.
    """
    plain = _SPLIT_NUMBER.sub("", _TIMES.sub(" ", folded(text)))
    return frozenset(
        word
        for found in _WORD.findall(plain)
        if (word := _singular(_with_digits(found))) not in FUNCTION_WORDS and word
    )


def names_of(text: str) -> frozenset[str]:
    """Words of a text that could tell one person, place, operation or thing from others: those with a capital within a sentence, and
    those of five characters or more that hold digits. Without common words, dates and times.
    """
    named: set[str] = set()
    for sentence in re.split(r"[.!?;]\s+|\n", text):
        for capital in re.findall(r"(?<!\w)[^\W\d_][\w'\u2019\u200b-\u200d-]*", sentence.lstrip())[1:]:
            if capital[0].isupper():
                named |= words_of(capital)
    shared = {w for w in words_of(text) if len(w) >= SHORTEST_NUMBER and any(c.isdigit() for c in w)}
    common = FIELD_WORDS | CALENDAR_WORDS | {initials for initials, _, _ in labels_in(text)}
    return frozenset(w for w in named if len(w) >= SHORTEST_NAME and w not in common) | shared


SHORTEST_NAME = 3
SHORTEST_NUMBER = 5
"""In characters. Shorter ones are shared by chance."""

Label = tuple[str, int, str]
"""An exhibit reference taken apart: initials, number and letter, so that ABC/3, abc-03 and "A B C 3" are one."""


def labels_in(text: str) -> frozenset[Label]:
    """Everything in a text that reads as an exhibit reference. Separated by a space only, common words before a number are none."""
    return frozenset(
        (initials, int(number.translate(_LETTERS_FOR_DIGITS)), letter)
        for initials, mark, number, letter in _REFERENCE.findall(folded(text))
        if mark != " " or initials not in FUNCTION_WORDS | FIELD_WORDS | CALENDAR_WORDS
    )


def label_of(reference: str) -> Label | None:
    """The one label that a reference is; None where it is of another style."""
    found = labels_in(reference)
    return next(iter(found)) if len(found) == 1 else None


def _with_digits(word: str) -> str:
    if word.isalpha():
        return word
    digits = sum(c.isdigit() for c in word)
    return word.translate(_LETTERS_FOR_DIGITS) if digits and digits * 2 >= len(word) else word


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004 shorter ones end so
