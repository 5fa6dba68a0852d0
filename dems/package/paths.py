"""Paths in a package: which are taken, and how a name that somebody else chose becomes one.

A package is unpacked on Windows, macOS and Linux, and listed in manifests that `sha256sum`, bagit.py and others read. So
a path that we write has no character that one of them treats in a way of its own, no component that a system reserves,
and no twin that differs from it only by case or by Unicode form.

What cannot stay is written ``=XX``, the byte in hexadecimal. Not ``%XX``: RFC 8493 (2.1.3) wants ``%`` itself written
as ``%25`` in a manifest, which `sha256sum` does not decode, nor bagit.py; a file listed in this way is missing to them.
"""

import re
import unicodedata

from dems.ledger.fields import shown
from dems.package.refusal import Refused

MAX_PATH_BYTES = 400
MAX_COMPONENT_BYTES = 120
"""In UTF-8. Windows counts 260 UTF-16 units of a whole path, with the folder that a package is unpacked to."""

_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_KEPT = frozenset(" ._-+,()[]@#&")
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo", "Nd", "Mn", "Mc"})
_MOST_TWINS = 100_000
_NUMBERED = re.compile(r"(.*/)([0-9]{8})\.tlog-proof", re.DOTALL)


def checked_path(path: str) -> str:
    """A path as somebody else's package names it, if it leads into its folder and nowhere else. Raises `Refused`.

    Refused are an empty or absolute path, ``.`` and ``..``, a backslash, a drive, control characters, half a surrogate
    pair, and more bytes than `MAX_PATH_BYTES`.
    """
    try:
        size = len(path.encode())
    except UnicodeEncodeError as error:
        raise Refused(f"the path {shown(path)} is not Unicode") from error
    if not 0 < size <= MAX_PATH_BYTES:
        raise Refused(f"a path has from 1 to {MAX_PATH_BYTES} bytes, and {shown(path)} has {size}")
    if "\\" in path or path[1:2] == ":" or any(unicodedata.category(character) == "Cc" for character in path):
        raise Refused(f"the path {shown(path)} holds a backslash, a drive or a control character")
    if any(component in {"", ".", ".."} for component in path.split("/")):
        raise Refused(f"the path {shown(path)} leads out of its folder")
    return path


def twin(path: str) -> str:
    """What two paths share that some file system takes for one: compatibility form, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


def numbered(path: str) -> tuple[str, int] | None:
    """Folder and number of a path of `of_number`; None for every other path."""
    match = _NUMBERED.fullmatch(path)
    return None if match is None else (match[1], int(match[2]))


def of_number(folder: str, number: int) -> str:
    """The path of a proof in its folder, which ends with a slash: there are very many, and they differ by this number only."""
    return f"{folder}{number:08}.tlog-proof"


def component(name: str) -> str:
    """A name as one component of a path: readable where it can be, never dangerous. The same name, the same component."""
    normal = unicodedata.normalize("NFC", name)
    kept = [c if c in _KEPT or unicodedata.category(c) in _LETTERS else _escaped(c) for c in normal]
    # A dot or a dash that begins a name hides it or makes it an option; Windows drops spaces and dots at the end.
    for place, forbidden in ((0, " .-"), (-1, " .")):
        if kept and kept[place] in forbidden:
            kept[place] = _escaped(kept[place])
    cut = _cut(kept)
    if cut and cut[-1] in " .":  # it was within the name before
        cut[-1] = _escaped(cut[-1])
    text = "".join(cut)
    if _DEVICES.fullmatch(text):
        text = _escaped(text[0]) + text[1:]
    return text or "=00"


def _escaped(character: str) -> str:
    return "".join(f"={byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _cut(kept: list[str]) -> list[str]:
    """What fits, with the ending of the name: it tells people and programs what the file is."""
    sizes = [len(each.encode()) for each in kept]
    if sum(sizes) <= MAX_COMPONENT_BYTES:
        return kept
    dot = max((place for place, each in enumerate(kept) if each == "."), default=len(kept))
    if sum(sizes[dot:]) > MAX_COMPONENT_BYTES // 4:
        dot = len(kept)
    room = MAX_COMPONENT_BYTES - sum(sizes[dot:])
    stem: list[str] = []
    for each, size in zip(kept[:dot], sizes, strict=False):
        room -= size
        if room < 0:
            break
        stem.append(each)
    return [*stem, *kept[dot:]]


class Paths:
    """The paths that a package has so far. Holds one short string for each; of proofs, one for each folder."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def add(self, path: str) -> str:
        """Take a path. Raises `ValueError` if it, or one that some system takes for it, is taken already.

        The proofs of a folder are taken in the order of their numbers.
        """
        checked_path(path)
        folded = twin(path)
        if self._is_taken(folded):
            raise ValueError(f"the path {path!r} is taken, perhaps in another case or Unicode form")
        of_series = numbered(folded)
        if of_series is None:
            self._taken.add(folded)
        else:
            self._numbers[of_series[0]] = of_series[1]
        return path

    def _is_taken(self, folded: str) -> bool:
        of_series = numbered(folded)
        if of_series is None:
            return folded in self._taken
        return of_series[1] <= self._numbers.get(of_series[0], -1)

    def unused(self, folder: str, name: str) -> str:
        """Take a path in `folder` (which ends with a slash) for a name that somebody chose; numbered if it is taken."""
        safe = component(name)
        stem, dot, ending = safe.rpartition(".")
        for number in range(1, _MOST_TWINS):
            tried = safe if number == 1 else f"{stem}={number}{dot}{ending}" if dot else f"{safe}={number}"
            if not self._is_taken(twin(folder + tried)):
                return self.add(folder + tried)
        raise ValueError(f"there are {_MOST_TWINS} files that could be called {safe!r}")
