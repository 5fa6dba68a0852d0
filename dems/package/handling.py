"""The handling of the items as linked data: CASE and UCO in JSON-LD, for other people's programs.

Every custody entry becomes an `InvestigativeAction`, every item a `ProvenanceRecord` over a `File` with its digest. It is
a translation for reading and joining; what is proved are the entries. Terms of ours have names of ours (`dems:`), never
names in CASE's or UCO's own.

The ontologies ask that a `Hash` has method and value, that times are typed, that an action has at most one performer, and
that an identifier ends in a UUID.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from dems.ledger.entry import Entry, EntryInvalid, Leaf, leaf_hash
from dems.package.inventory import About, Item

_CONTEXT = {
    "action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "dems": "urn:dems:terms:",
    "identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "investigation": "https://ontology.caseontology.org/case/investigation/",
    "kb": "urn:uuid:",
    "observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_NAMES = UUID("4b9f3f6e-6f0c-5e0a-9d55-0b6f5f2e8c11")
"""The namespace of identifiers that follow from what they identify (RFC 9562, 5.5), so that the same export is the same file."""


def begin(about: About) -> bytes:
    """The beginning of the document, with the investigation itself; parts follow, then `END`."""
    investigation = {
        "@id": f"kb:{_id('investigation', about.case)}",
        "@type": "investigation:Investigation",
        "core:name": about.reference,
        "core:description": about.title,
    }
    head = json.dumps(_CONTEXT, ensure_ascii=False, sort_keys=True)
    return f'{{"@context": {head},\n"@graph": [\n{_json(investigation)}'.encode("utf-8", "replace")


END = b"\n]}\n"


class Actions:
    """What follows `begin` for one item: the item itself, then each entry of its chain that is listed in the package."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self._record = f"kb:{_id('record', item.evidence)}"
        self._subject = f"kb:{_id('item', item.evidence)}"
        self._before: str | None = None

    def begin(self) -> bytes:
        """The item and what is recorded of it."""
        return _part(_file(self._subject, self._item)) + _part(_record(self._record, self._subject, self._item))

    def of(self, entry: Entry) -> bytes:
        """The action that the next entry says, with whoever performed it."""
        leaf, said = Leaf.from_bytes(entry.leaf), _said(entry)
        performer = _performer(said)
        this = f"kb:{_id('entry', self._item.chain, leaf.seq)}"
        action: dict[str, Any] = {
            "@id": this,
            "@type": "investigation:InvestigativeAction",
            "core:name": said.get("act") or "detail withheld",
            "action:startTime": _time(leaf),
            "action:endTime": _time(leaf),
            "action:object": [{"@id": self._subject}],
            "action:result": [{"@id": self._record}],
            "dems:chain": str(self._item.chain),
            "dems:seq": leaf.seq,
            "dems:leafHash": leaf_hash(entry.leaf).hex(),
        }
        if said.get("reason"):
            action["core:description"] = said["reason"]
        if performer is not None:
            action["action:performer"] = {"@id": performer["@id"]}
        if self._before is not None:
            action["investigation:wasInformedBy"] = [{"@id": self._before}]
        self._before = this
        return (b"" if performer is None else _part(performer)) + _part(action)


def _file(subject: str, item: Item) -> dict[str, Any]:
    if item.sha256 is None:
        return {"@id": subject, "@type": "core:UcoObject", "core:name": item.exhibit_ref}
    content: dict[str, Any] = {
        "@id": f"kb:{_id('content', item.evidence)}",
        "@type": "observable:ContentDataFacet",
        "observable:hash": [
            {
                "@id": f"kb:{_id('hash', item.evidence)}",
                "@type": "types:Hash",
                "types:hashMethod": "SHA256",
                "types:hashValue": {"@type": "xsd:hexBinary", "@value": item.sha256},
            }
        ],
        "observable:sizeInBytes": item.size,
    }
    about_file = {
        "@id": f"kb:{_id('file', item.evidence)}",
        "@type": "observable:FileFacet",
        "observable:fileName": item.name or "",
    }
    return {"@id": subject, "@type": "observable:File", "core:hasFacet": [content, about_file]}


def _record(record: str, subject: str, item: Item) -> dict[str, Any]:
    return {
        "@id": record,
        "@type": "investigation:ProvenanceRecord",
        "core:description": item.description,
        "core:object": [{"@id": subject}],
        "investigation:exhibitNumber": item.exhibit_ref,
    }


def _performer(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """Whoever acted, by the name of that moment: a node has one name, and the same person under another is another node."""
    actor = said.get("actor")
    if not isinstance(actor, dict):
        return None
    person = actor.get("person")
    key = person.get("id") if isinstance(person, dict) else f"{actor.get('kind')} {actor.get('name')}"
    kind = "identity:Person" if isinstance(person, dict) else "identity:Identity"
    return {
        "@id": f"kb:{_id('actor', key, actor.get('name'))}",
        "@type": kind,
        "core:name": str(actor.get("name") or ""),
    }


def _said(entry: Entry) -> dict[str, Any]:
    try:
        return entry.opened()
    except EntryInvalid:
        return {}


def _time(leaf: Leaf) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": leaf.at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"}


def _id(*of: object) -> UUID:
    return uuid5(_NAMES, "\n".join(str(each) for each in of))


def _part(node: Mapping[str, Any]) -> bytes:
    return f",\n{_json(node)}".encode("utf-8", "replace")


def _json(node: Mapping[str, Any]) -> str:
    return json.dumps(node, ensure_ascii=False, sort_keys=True)
