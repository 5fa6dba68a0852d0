"""The leak guard: does anything that the defence is shown name, describe, copy or stand next to something sensitive?

Each hit is to be answered by somebody with the clearance, who says why it betrays nothing (`LeakCleared`), or by another wording.
What it looks for, and how alike is alike, are choices of DEMS: no text asks for it. It finds what resembles, not what is meant:
a description that betrays a source in words of its own passes it, and rule R12 and those who read it are for that.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from dems.model.disclosure.broken import Where
from dems.model.disclosure.common_words import FIELD_WORDS, FUNCTION_WORDS
from dems.model.disclosure.contents import LeakCleared, Level, Sensitive
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.leaks import Hit, HitKind, Kept, Shown, kept, open_list_rows, shown, shown_rows, withheld
from dems.model.disclosure.likeness import Described, Weights
from dems.model.disclosure.material import Material, Subject
from dems.model.disclosure.wording import (
    Label,
    folded,
    label_of,
    labels_in,
    names_of,
    words_of,
)
from dems.model.ids import EvidenceId

K = TypeVar("K", bound=Hashable)

_LITERAL = re.compile(r"[a-z0-9](?:[a-z0-9_/.\-]*[a-z0-9])?")
SHORTEST_STEM = 6
"""Of a file's name without its ending, in characters."""
OFTEN, OFTEN_SHARE = 20, 0.02
"""A name in more rows than either is what the case is about, and betrays nothing by itself."""


def hits(file: ProceedingFile) -> tuple[Hit, ...]:
    """Everything shown that may betray something sensitive, in the order of what is shown; each once."""
    guard = Guard(file)
    found = {hit.id: hit for hit in (*guard.in_words(), *guard.in_bytes(), *guard.in_numbers())}
    return tuple(found.values())


def unresolved(file: ProceedingFile) -> tuple[Hit, ...]:
    """Hits that nobody has answered: no decision that stands about what is shown names them."""
    return tuple(h for h in hits(file) if h.id not in _cleared(file, h.shown))


def _cleared(file: ProceedingFile, subject: Subject) -> tuple[str, ...]:
    cleared = file.record.says(subject, LeakCleared)
    return () if cleared is None else cleared.hits


class Guard:
    """What is shown and what is kept, each with an index, so that the cost follows their numbers and not the product of them."""

    def __init__(self, file: ProceedingFile) -> None:
        self._file = file
        self.kept = kept(file)
        self.shown = shown(file) if self.kept else ()
        self._words_in: dict[str, frozenset[str]] = {}

    # --- words ---

    def in_words(self) -> Iterator[Hit]:
        """References, file names and other names of what is kept in what is shown, and descriptions that say much the same."""
        for each, told in zip(self.shown, self._told, strict=True):
            for thing, what in self._named(each, told):
                if not self._edited_from(each.subject, thing):
                    message = f"This gives {', '.join(what)}, which tells of {thing.called}: put it otherwise, or say why it tells nothing."
                    yield Hit(HitKind.NAMES, each.subject, each.where, thing.subject, (*what, *each.texts), message)
            for place in self._described.by(self._describing(each.texts[0])):
                thing, text = self._descriptions[place]
                if thing.subject != each.subject and not self._edited_from(each.subject, thing):
                    message = f"This reads much like {thing.called}, which is sensitive: put it otherwise, or say why it tells nothing."
                    yield Hit(
                        HitKind.DESCRIBES, each.subject, each.where, thing.subject, (each.texts[0], text), message
                    )

    @cached_property
    def _told(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset().union(*map(self._words, each.texts)) for each in self.shown)

    @cached_property
    def _rows_with(self) -> Weights:
        return Weights(self._told)

    @cached_property
    def _open_to_all(self) -> frozenset[str]:
        """What everybody in the proceeding has anyway: parties, court, its reference, and abbreviations."""
        opened = self._file.opened
        shared = words_of(" ".join([*(p.name for p in opened.parties), opened.proceeding.forum, opened.urn]))
        return shared | {short.casefold() for short in self._file.forms.abbreviations}

    def _describing(self, text: str) -> frozenset[str]:
        return self._words(text) - self._open_to_all

    def _words(self, text: str) -> frozenset[str]:
        """Of each text once: it is asked for what it names, for how it reads and for how common its words are."""
        if text not in self._words_in:
            self._words_in[text] = words_of(text)
        return self._words_in[text]

    @cached_property
    def _descriptions(self) -> tuple[tuple[Kept, str], ...]:
        return tuple((k, text) for k in self.kept for text in k.descriptions if self._describing(text))

    @cached_property
    def _described(self) -> Described:
        weights = Weights(self._describing(each.texts[0]) for each in self.shown)
        return Described([self._describing(text) for _, text in self._descriptions], weights)

    def _named(self, each: Shown, told: frozenset[str]) -> Iterator[tuple[Kept, tuple[str, ...]]]:
        """What is kept and named here, with the names."""
        found: dict[Subject, tuple[Kept, set[str]]] = {}
        text = "\n".join(each.texts)
        named = [(k, k.called) for label in labels_in(text) for k in self._by_label.get(label, ())]
        literals = {part for token in _LITERAL.findall(folded(text)) for part in (token, token.replace("-", ""))}
        named += [(k, literal) for literal in literals for k in self._by_literal.get(literal, ())]
        named += [(k, name) for name in told for k in self._by_name.get(name, ())]
        for thing, name in named:
            if thing.subject != each.subject:
                found.setdefault(thing.subject, (thing, set()))[1].add(name)
        for thing, names in found.values():
            yield thing, tuple(sorted(names))

    @cached_property
    def _by_label(self) -> Mapping[Label, list[Kept]]:
        return _index(
            (label, k) for k in self.kept if k.item is not None and (label := label_of(k.item.exhibit_ref)) is not None
        )

    @cached_property
    def _by_literal(self) -> Mapping[str, list[Kept]]:
        return _index((literal, k) for k in self.kept if k.item is not None for literal in _literals(k.item))

    @cached_property
    def _by_name(self) -> Mapping[str, list[Kept]]:
        """Names in what was said of what is kept, but for those that everybody has, or that many rows have."""
        often = max(OFTEN, OFTEN_SHARE * len(self.shown))
        return _index(
            (name, k)
            for k in self.kept
            for name in sorted(frozenset().union(*map(names_of, (*k.descriptions, *k.reasons))))
            if name not in self._open_to_all and self._rows_with.found(name) <= often
        )

    # --- bytes ---

    def in_bytes(self) -> Iterator[Hit]:
        """The same bytes or file name, and what was made from what is kept or is what that was made from."""
        kept_items = {k.item.id: k for k in self.kept if k.item is not None}
        origins = _index((origin, k) for k in kept_items.values() for origin in self._origins(k.item))
        for each in self.shown:
            for item in self._items(each.subject):
                if item.id not in kept_items:
                    here = "This" if each.subject == item.subject else f"{item.exhibit_ref}, which is in it,"
                    yield from self._copied(each, item, here)
                    made = [kept_items[origin] for origin in self._origins(item) if origin in kept_items]
                    yield from self._derived(each, item, made, f"{here} was made from")
                    yield from self._derived(each, item, origins.get(item.id, ()), f"{here} is what was used to make")

    def _copied(self, each: Shown, item: Material, here: str) -> Iterator[Hit]:
        alike = [(k, "the bytes") for k in self._by_digest.get("" if item.digest is None else item.digest.hex, ())]
        for name in _file_names(item):
            # An edited version keeps the name of what it was made from, but never the bytes.
            named = (k for k in self._by_file_name.get(name, ()) if not self._edited_from(item.subject, k))
            alike += [(k, "the file name") for k in named]
        for thing, what in alike:
            message = (
                f"{here} has {what} of {thing.called}, which is sensitive: take it off, or say why it tells nothing."
            )
            yield Hit(HitKind.COPIES, each.subject, each.where, thing.subject, (what, str(item.id)), message)

    def _derived(self, each: Shown, item: Material, things: Iterable[Kept], how: str) -> Iterator[Hit]:
        for thing in things:
            if not self._edited_from(item.subject, thing):
                message = f"{how} {thing.called}, which is sensitive: take it off, or say why it tells nothing."
                yield Hit(HitKind.DERIVES, each.subject, each.where, thing.subject, (str(item.id),), message)

    def _items(self, subject: Subject) -> Iterator[Material]:
        """The item itself, or those of a block."""
        for member in self._file.members(subject):
            item = self._file.material.get(EvidenceId(member.id))
            if item is not None:
                yield item

    @cached_property
    def _by_digest(self) -> Mapping[str, list[Kept]]:
        return _index((k.item.digest.hex, k) for k in self.kept if k.item is not None and k.item.digest is not None)

    @cached_property
    def _by_file_name(self) -> Mapping[str, list[Kept]]:
        return _index((name, k) for k in self.kept if k.item is not None for name in _file_names(k.item))

    def _origins(self, item: Material | None) -> Iterator[EvidenceId]:
        """What an item was made from, and what that was made from."""
        seen: set[EvidenceId] = set()
        while item is not None and item.derived_from is not None and item.derived_from not in seen:
            seen.add(item.derived_from)
            yield item.derived_from
            item = self._file.material.get(item.derived_from)

    def _edited_from(self, subject: Subject, thing: Kept) -> bool:
        """Whether this is the edited version of what is sensitive in part or withheld, listed in its place, and so may read like it."""
        item = self._file.material.get(EvidenceId(subject.id))
        level = self._file.record.says(thing.subject, Sensitive)
        in_part = level is not None and level.level is Level.IN_PART
        apart = in_part or withheld(self._file, thing.subject) is not None
        return apart and item is not None and item.edited and EvidenceId(thing.subject.id) in self._origins(item)

    # --- numbers ---

    def in_numbers(self) -> Iterator[Hit]:
        """Numbers that are left behind where something sensitive was listed, and references that leave one out."""
        if not self.kept:
            return
        left = [(r.subject, r.place) for r in shown_rows(self._file) if not r.live]
        opened = (s for s in self._file.schedules if s.series is Series.MG6C and s.open)
        left += [(a.subject, f"{s.series.value} {a.number}") for s in opened for a in s.annotations]
        listed = ((of, row) for of, row in open_list_rows(self._file) if of.form is Form.MG12 and not row.live)
        left += [(row.subject, of.place(row)) for of, row in listed]
        for subject, place in left:
            if self._file.sensitive(subject):
                message = "This number is left where something was listed that is sensitive now: say why the gap betrays nothing."
                yield Hit(HitKind.GAP, subject, Where.row(place), subject, (place,), message)
        yield from self._next_to()

    def _next_to(self) -> Iterator[Hit]:
        readers: dict[Label, Shown] = {}
        for each in self.shown:
            for label in sorted(labels_in("\n".join(each.texts))):
                readers.setdefault(label, each)
        for (initials, number, letter), things in self._by_label.items():
            before, after = (self._beyond(initials, number, step, readers) for step in (-1, 1))
            if not letter and before is not None and after is not None and (initials, number, letter) not in readers:
                each, about = readers[before], tuple(f"{i.upper()}/{n}" for i, n, _ in (before, after))
                message = (
                    f"{about[0]} and {about[1]} are shown, and what lies between is sensitive: put it otherwise, or say "
                    "why it tells nothing."
                )
                yield from (Hit(HitKind.NEXT_TO, each.subject, each.where, k.subject, about, message) for k in things)

    def _beyond(self, initials: str, number: int, step: int, readers: Mapping[Label, Shown]) -> Label | None:
        """The next reference that is not itself kept, if it is shown."""
        label = (initials, number + step, "")
        while label in self._by_label and label not in readers:
            label = (initials, label[1] + step, "")
        return label if label in readers else None


def _index(pairs: Iterable[tuple[K, Kept]]) -> Mapping[K, list[Kept]]:
    found: dict[K, list[Kept]] = {}
    for key, thing in pairs:
        found.setdefault(key, []).append(thing)
    return found


def _literals(item: Material) -> Iterator[str]:
    """What names an item to a machine: ids and digests, its file, and a reference that is of another style."""
    yield item.id.hex
    if item.digest is not None:
        yield item.digest.hex
    for name in _file_names(item):
        yield name
        stem = name.rpartition(".")[0]
        if len(stem) >= SHORTEST_STEM and (any(c.isdigit() for c in stem) or re.search(r"[_\-.]", stem)):
            yield stem
    if label_of(item.exhibit_ref) is None:
        yield folded(item.exhibit_ref)


def _file_names(item: Material) -> Iterator[str]:
    """An item's file name, unless it is one that any file may have."""
    name = folded(item.name or "")
    if words_of(name.rpartition(".")[0]) - FIELD_WORDS - FUNCTION_WORDS:
        yield name
