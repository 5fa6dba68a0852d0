"""Trust policies (C2SP tlog-policy): whose signatures a reader asks for before it believes a checkpoint.

::

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

Each line ends with a newline; words are divided by spaces and tabs; empty lines and lines that begin with ``#`` say
nothing. A name must be defined above the line that uses it. The file is octets: names that are not UTF-8 are kept
exactly, as `str` with surrogate escapes.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from dems.ledger.fields import decimal, shown
from dems.ledger.invalid import Malformed
from dems.ledger.keys import KeyType, VerifierKey

MAX_POLICY_BYTES = 65_536
"""Several times what 32 logs, 32 witnesses and 32 groups need, which the specification asks every reader to take."""

NO_QUORUM = "none"

_FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_SPACE = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints are accepted. Its key is named as its origin; the URL's meaning is the reader's."""

    key: VerifierKey
    url: str | None = None

    def __post_init__(self) -> None:
        if self.key.type is not KeyType.ED25519:
            raise Malformed("the key of a log has type 0x01")

    def to_line(self) -> str:
        """The line that defines this log."""
        return " ".join(["log", self.key.to_text(), *_optional(self.url)]) + "\n"


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness, under a name that has no meaning outside of its policy."""

    name: str
    key: VerifierKey
    url: str | None = None

    def __post_init__(self) -> None:
        if self.key.type is not KeyType.COSIGNATURE:
            raise Malformed("the key of a witness has type 0x04")

    def to_line(self) -> str:
        """The line that defines this witness."""
        return " ".join(["witness", self.name, self.key.to_text(), *_optional(self.url)]) + "\n"


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses and groups, of which at least `least` must have cosigned."""

    name: str
    least: int
    members: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.least <= len(self.members):
            raise Malformed(f"group {shown(self.name)} asks for more members than it has, or for none")

    def to_line(self) -> str:
        """The line that defines this group."""
        return " ".join(["group", self.name, str(self.least), *self.members]) + "\n"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it was read; `source` is its file, byte for byte. It is made by `from_bytes` or `of`."""

    source: bytes
    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def witnessed_by(self, names: Collection[str]) -> bool:
        """Whether cosignatures of the witnesses with these names are a quorum."""
        reached: Mapping[str, bool] = {NO_QUORUM: True} | {w.name: w.name in names for w in self.witnesses}
        for group in self.groups:
            reached = {**reached, group.name: sum(reached[member] for member in group.members) >= group.least}
        return reached[self.quorum]

    def to_bytes(self) -> bytes:
        """The file that this policy was read from."""
        return self.source

    @classmethod
    def of(
        cls,
        logs: Sequence[Log],
        witnesses: Sequence[Witness] = (),
        groups: Sequence[Group] = (),
        quorum: str = NO_QUORUM,
    ) -> "Policy":
        """The policy that says this, read back from its own file. Raises `Malformed` if no file can say it."""
        lines = [*(log.to_line() for log in logs), *(witness.to_line() for witness in witnesses)]
        lines += [*(group.to_line() for group in groups), f"quorum {quorum}\n"]
        policy = cls.from_bytes("".join(lines).encode("utf-8", "surrogateescape"))
        if (policy.logs, policy.witnesses, policy.groups) != (tuple(logs), tuple(witnesses), tuple(groups)):
            raise Malformed("a name or a URL in this policy is empty or holds a space")
        return policy

    @classmethod
    def from_bytes(cls, data: bytes) -> "Policy":
        """Read a policy's file. Raises `Malformed` naming the first line that is wrong."""
        if len(data) > MAX_POLICY_BYTES:
            raise Malformed(f"a policy has at most {MAX_POLICY_BYTES} bytes")
        if _FORBIDDEN.search(data):
            raise Malformed("a policy holds no control character but tab and newline")
        *lines, rest = data.decode("utf-8", "surrogateescape").split("\n")
        if rest:
            raise Malformed("the last line of a policy does not end with a newline")
        reading = _Reading()
        for number, line in enumerate(lines, start=1):
            words = _SPACE.split(line.strip(" \t"))
            if words[0] and not words[0].startswith("#"):
                try:
                    reading.take(words)
                except Malformed as error:
                    raise Malformed(f"line {number} of the policy: {error}") from error
        if reading.quorum is None:
            raise Malformed("a policy has one line that says its quorum")
        return cls(data, tuple(reading.logs), tuple(reading.witnesses), tuple(reading.groups), reading.quorum)


@dataclass(slots=True)
class _Reading:
    """What the lines above have defined."""

    logs: list[Log] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None
    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)

    def take(self, words: list[str]) -> None:
        keyword, *rest = words
        readers: dict[str, tuple[Callable[[list[str]], None], range]] = {
            "log": (self._log, range(1, 3)),
            "witness": (self._witness, range(2, 4)),
            "group": (self._group, range(3, MAX_POLICY_BYTES)),
            "quorum": (self._quorum, range(1, 2)),
        }
        if keyword not in readers:
            raise Malformed(f"{shown(keyword)} begins no line of a policy")
        read, lengths = readers[keyword]
        if len(rest) not in lengths:
            raise Malformed(f"a {keyword} is defined with more words, or with fewer")
        read(rest)

    def _log(self, words: list[str]) -> None:
        log = Log(VerifierKey.from_text(words[0]), *words[1:])
        _require_new(log.key, [other.key for other in self.logs])
        self.logs.append(log)

    def _witness(self, words: list[str]) -> None:
        witness = Witness(words[0], VerifierKey.from_text(words[1]), *words[2:])
        _require_new(witness.key, [other.key for other in self.witnesses])
        self._define(witness.name)
        self.witnesses.append(witness)

    def _group(self, words: list[str]) -> None:
        name, least, *members = words
        for member in members:
            if member not in self.names:
                raise Malformed(f"nothing above is named {shown(member)}")
            if member in self.members:
                raise Malformed(f"{shown(member)} is a member already: it would count twice")
            self.members.add(member)
        self._define(name)
        count = {"any": 1, "all": len(members)}.get(least)
        self.groups.append(Group(name, decimal(least) if count is None else count, tuple(members)))

    def _quorum(self, words: list[str]) -> None:
        if self.quorum is not None:
            raise Malformed("the quorum has been said above")
        if words[0] not in {*self.names, NO_QUORUM}:
            raise Malformed(f"nothing above is named {shown(words[0])}")
        self.quorum = words[0]

    def _define(self, name: str) -> None:
        if name == NO_QUORUM or name in self.names:
            raise Malformed(f"the name {shown(name)} is taken")
        self.names.add(name)


def _require_new(key: VerifierKey, others: Sequence[VerifierKey]) -> None:
    """Two names for one public key would let one party count as two."""
    if key.public in {other.public for other in others}:
        raise Malformed("this public key is listed above, perhaps under another name")


def _optional(url: str | None) -> list[str]:
    return [] if url is None else [url]
