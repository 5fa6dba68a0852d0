"""Events on the wire: CloudEvents 1.0 in JSON, and the JSON schemas of what they carry."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, create_model

from api.schemas.base import Instant, View
from dems.model.actors import ActorKind
from dems.model.acts import Act
from dems.model.events import Event, makes_events

PREFIX = "dems."
DESTROYED = "dems.destroyed"
"""The type of an event whose detail two people destroyed: not even the act is known then."""

TYPES = {PREFIX + act.value: act for act in Act if makes_events(act)}
"""Every type but `DESTROYED`, with its act."""

SCHEMAS = "/v1/events/schemas/"


class ActorOfEvent(View):
    """Who acted, as they were called and in the role they had at that moment."""

    kind: ActorKind
    name: str
    person_id: UUID | None
    role: str | None


class PersonOfEvent(View):
    name: str
    person_id: UUID


class EventData(View):
    """What happened to what. How things stand now is read at ``/v1/`` followed by the event's `subject`."""

    act: str | None = Field(description="As in the custody entry; null where its detail was destroyed")
    case_id: UUID | None
    case_reference: str | None
    evidence_id: UUID | None
    actor: ActorOfEvent | None = Field(description="Null where the detail was destroyed")
    on_behalf_of: PersonOfEvent | None = Field(description="For whom a service acted")
    concerns: dict[str, UUID] = Field(
        description="Ids of what the act was about beside case and item: `intake`, `upload`, `export`, …"
    )
    destroyed: bool


class CloudEvent(View):
    """One act (CloudEvents 1.0, JSON format)."""

    specversion: Literal["1.0"]
    id: UUID = Field(description="Of the custody entry that tells the act: GET /v1/custody/entries/{id}")
    source: str = Field(description="The installation")
    type: str = Field(examples=["dems.evidence.seal"])
    subject: str = Field(description="Address under /v1/ of what it happened to", examples=["evidence/{id}"])
    time: Instant
    datacontenttype: Literal["application/json"]
    dataschema: str = Field(description="Where the JSON schema of `data` is")
    data: EventData


class FeedView(View):
    """A page of the feed. Fewer than asked for are all that there are for now; `next` is always given."""

    items: list[CloudEvent]
    next: str = Field(description="Goes into `after`: what comes later comes after it. It says nothing else")


class TypesView(View):
    """Every type of event, with the address of its schema."""

    items: dict[str, str]


def cloud_event(event: Event, source: str) -> dict[str, Any]:
    """An event as `CloudEvent` says, of what JSON is written from: a page has hundreds, so they go through no model."""
    kind = DESTROYED if event.act is None else PREFIX + event.act
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": kind,
        "subject": event.address,
        "time": event.at,
        "datacontenttype": "application/json",
        "dataschema": f"{source}{SCHEMAS}{kind}",
        "data": {
            "act": event.act,
            "case_id": event.case_id,
            "case_reference": event.case_reference,
            "evidence_id": event.evidence_id,
            "actor": None if event.actor is None else _actor(event.actor),
            "on_behalf_of": None if event.on_behalf_of is None else _person(event.on_behalf_of),
            "concerns": event.concerns,
            "destroyed": event.destroyed,
        },
    }


def _actor(said: Mapping[str, Any]) -> dict[str, Any]:
    person = said["person"]
    return {
        "kind": said["kind"],
        "name": said["name"],
        "person_id": None if person is None else person["id"],
        "role": said["role"],
    }


def _person(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": said["name"], "person_id": said["id"]}


def schema_of(kind: str, source: str) -> dict[str, Any] | None:
    """The JSON schema (2020-12) of `data` in events of this type; None where there is no such type."""
    fixed: dict[str, Any]
    if kind == DESTROYED:
        gone: Any = (None, ...)
        fixed = {"act": gone, "actor": gone, "on_behalf_of": gone, "destroyed": (Literal[True], ...)}
    elif kind in TYPES:
        act: Any = Literal[TYPES[kind].value]
        fixed = {"act": (act, ...), "actor": (ActorOfEvent, ...), "destroyed": (Literal[False], ...)}
    else:
        return None
    data: type[EventData] = create_model("EventData", __base__=EventData, __doc__=EventData.__doc__, **fixed)
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{source}{SCHEMAS}{kind}",
        **data.model_json_schema(),
        "title": kind,
    }
    return schema
