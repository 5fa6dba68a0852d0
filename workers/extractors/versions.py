"""Which version of each tool a reading would name if it were made now."""

import platform
import sys
from collections.abc import Callable, Mapping
from typing import Any

from workers.extractors import signed_credentials
from workers.extractors.version import OWN_READERS

_OWN = (
    *("dems-rules", "dems-archives", "dems-chats", "dems-content-credentials", "dems-media", "dems-office", "dems-partitions"),
    *("dems-phones", "dems-photos", "dems-sqlite-header", "dems-texts"),
)  # fmt: skip
_PYTHONS = ("python-email", "python-tarfile", "python-zlib", "python-bz2", "python-lzma")
_LIBRARIES: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "libmagic": ("workers.extractors.identify", lambda module: module.LIBMAGIC_VERSION),
    "ffmpeg": ("workers.extractors.media", lambda module: module.VERSION),
    "pillow": ("PIL", lambda module: module.__version__),
    "pillow-heif": ("pillow_heif", lambda module: module.__version__),
    "pikepdf": ("pikepdf", lambda module: module.__version__),
    "pdfium": ("pypdfium2", lambda module: str(module.PYPDFIUM_INFO)),
    "olefile": ("olefile", lambda module: module.__version__),
    "pypff": ("pypff", lambda module: module.get_version()),
    "pyewf": ("pyewf", lambda module: module.get_version()),
    "py7zr": ("py7zr", lambda module: module.__version__),
    "rarfile": ("rarfile", lambda module: module.__version__),
    "sqlite3": ("sqlite3", lambda module: module.sqlite_version),
}
"""The module that has it, and how it says so."""


def versions() -> Mapping[str, str]:
    """By the names of `Reading.tools`: our own readers, and the libraries that this process has loaded (in the nursery, all).

    A reading that names an older version of one of these, or one that is no longer here, could be made again.
    """
    here = dict.fromkeys(_OWN, OWN_READERS) | dict.fromkeys(_PYTHONS, platform.python_version())
    if signed_credentials.LIBRARY is not None:
        here[signed_credentials.TOOL] = signed_credentials.version()
    for name, (module, says) in _LIBRARIES.items():
        if module in sys.modules:
            here[name] = says(sys.modules[module])
    return here
