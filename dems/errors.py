"""Every way in which DEMS says no. The message is one sentence that says what to do.

A bug is a `RuntimeError` or `ValueError`; these are not. `api/problems.py` is the one place that
gives them HTTP statuses, and a test keeps that table complete.
"""

from typing import Any


class DemsError(Exception):
    """Something that the caller is told about; `data` goes into the answer beside the message."""

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class NotFound(DemsError):
    """There is no such thing, or the caller may not know of it: the two must look the same."""

    def __init__(self, what: str = "thing") -> None:
        super().__init__(f"There is no such {what}, or you have no access to it.")


class NotPermitted(DemsError):
    """The caller knows of the thing and may not do this to it."""


class NotAuthenticated(DemsError):
    """No token, or one that is unknown, expired or revoked: all answered alike."""


class TooManyFailures(DemsError):
    """Too many failed tokens from one address; `retry_after` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many failed attempts from this address. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class TooManyDenials(DemsError):
    """A link was used again and again for what it does not open; `retry_after` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "This link was used too often for what it does not open. Use it for what it was given for, and try anything "
            f"else again in {retry_after} seconds."
        )
        self.retry_after = retry_after


class Invalid(DemsError):
    """What was sent can never be right, whatever the state: change it before sending it again."""


class ManifestRefused(Invalid):
    """Items of a manifest are wrong, so none was taken; `errors` says what by `position` (from 0) and `field`."""

    MOST = 1000

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        count = len(errors)
        super().__init__(
            f"{count} {'entry' if count == 1 else 'entries'} of the manifest cannot be taken, so none was. "
            "Mend what `errors` names and send it again.",
            errors=errors[: self.MOST],
            error_count=count,
        )


class SearchTooBroad(Invalid):
    """Answering would take longer than a search may."""

    def __init__(self) -> None:
        super().__init__(
            "This search takes too long. Narrow it: name a case, a shorter time, a smaller distance or rarer words."
        )


class LengthRequired(DemsError):
    """A part came without a `Content-Length`."""


class BadRequest(DemsError):
    """The request itself, not its content, is malformed: a header is missing or contradicts another."""


class TooLarge(DemsError):
    """More was sent than was declared or than is allowed."""


class Refused(DemsError):
    """A rule about state said no; `rule` is its stable name and `source` where it comes from, if anywhere."""

    rule = "refused"

    def __init__(self, message: str, *, source: str | None = None, **data: Any) -> None:
        super().__init__(message, **data)
        self.source = source


class AlreadyExists(Refused):
    """A name that must be unique is taken. Nothing is said of what holds it."""

    rule = "already-exists"


class NotReady(Refused):
    """What was asked for is still being made: asking again later is right."""

    rule = "not-ready"


class DocumentNotMade(Refused):
    """A document cannot be made: its form is missing or does not compile, or it would cost too much."""

    rule = "document-not-made"


class LogBehind(DemsError):
    """The custody log has not taken in, or not signed, what is to be proved: it is tried again by itself."""

    def __init__(self) -> None:
        super().__init__(
            "The custody log has not taken this in yet. Try again in a minute; `dems doctor` says if it stands."
        )


class CaseClosed(Refused):
    """A closed case takes no evidence and no change but its reopening."""

    rule = "case-closed"


class WrongState(Refused):
    """The thing is in a state in which this cannot be done; `state` says which."""

    rule = "wrong-state"


class DigestMismatch(Refused):
    """Bytes and declared digest differ; `declared` and `found` are hexadecimal."""

    rule = "digest-mismatch"


class PartDiffers(Refused):
    """Another SHA-256 was said for this part before; `earlier` and `now` are hexadecimal."""

    rule = "part-differs"


class PartsMissing(Refused):
    """Not all parts are in the store; `missing` has the first of their numbers, `missing_count` says how many."""

    rule = "parts-missing"


class LimitReached(Refused):
    """What was agreed for an invitation or an intake is used up."""

    rule = "limit-reached"


class NotReadable(Refused):
    """The item is not evidence that can be read: unsealed, mismatched, frozen, or without bytes."""

    rule = "not-readable"


class Busy(Refused):
    """Somebody else is doing this now. `retry_after` in seconds."""

    rule = "busy"

    def __init__(self, message: str, *, retry_after: int = 2, **data: Any) -> None:
        super().__init__(message, **data)
        self.retry_after = retry_after


class ImpossibleLife(Refused):
    """What was recorded cannot be true of one case: dates in an impossible order, a mode that was not open.

    `problems` has each as `rule`, `message`, `source` and `facts` (the ids of the facts it is about).
    """

    rule = "impossible-life"


class DisclosureRulesBroken(Refused):
    """Rules of disclosure forbid it, and nothing was done: `problems` has each `rule`, `severity`, `message`, `source`, `place`."""

    rule = "disclosure-rules-broken"


class OlderMessage(Refused):
    """A message without a newer version says otherwise. `conflicts`: of each thing `what`, its value `here` and as `sent`."""

    rule = "older-message"

    def __init__(self, here: str, sent: str | None, conflicts: list[dict[str, Any]]) -> None:
        words = (
            f"A message with source version {here} was taken already, and this one has {sent or 'none'}: send a newer "
            "`source_version`, or record facts at the case itself. What it says otherwise is in `conflicts`."
        )
        super().__init__(words, here=here, sent=sent, conflicts=conflicts)


class SelfGrant(Refused):
    """No one grants anything to themselves."""

    rule = "no-self-grant"


class SecondPersonNeeded(Refused):
    """Whoever asked for an act that needs two people is one of them; the other is somebody else."""

    rule = "second-person-needed"


class StoreNotTrusted(Refused):
    """The self-check found a way round the Object Lock, so the store may not hold new evidence."""

    rule = "store-not-trusted"


class NotYetLogged(Refused):
    """The log has not taken the entry in yet, or no checkpoint that covers it is signed. `retry_after` in seconds."""

    rule = "not-yet-in-log"

    def __init__(self) -> None:
        super().__init__(
            "The log has not taken this in yet, or is not signed over it. It will be: ask again in a second."
        )
        self.retry_after = 1


class LogRefused(DemsError):
    """The log cannot be signed: what the database holds does not go on from what was signed before. Somebody must look."""


class IdempotencyKeyReused(Invalid):
    """The same key came with another body."""


class PreconditionRequired(DemsError):
    """A change without `If-Match`."""


class PreconditionFailed(DemsError):
    """`If-Match` names another version than the current one."""


class RangeNotSatisfiable(DemsError):
    """The `Range` asked for lies outside the item; `size` in bytes."""


class Incomplete(DemsError):
    """The client stopped sending before everything had come. Nothing was kept; send it again."""


class NoSpace(DemsError):
    """The store is below its floor of free space; nothing was taken in."""


class Overloaded(DemsError):
    """As much as this server can carry is under way. `retry_after` in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreUnavailable(DemsError):
    """The store does not answer; `retry_after` in seconds."""

    def __init__(
        self, message: str = "The object store does not answer. Nothing is lost; try again.", *, retry_after: int = 5
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DatabaseUnavailable(DemsError):
    """The database does not answer, or is not one for this program; `retry_after` in seconds."""

    def __init__(self, message: str | None = None, *, retry_after: int = 5) -> None:
        super().__init__(message or "The database does not answer. Nothing is lost; try again.")
        self.retry_after = retry_after


class IntegrityBroken(DemsError):
    """Bytes or chain disagree with the record. Loud: somebody must look."""


class NoLongerDue(DemsError):
    """A task found that its work is done, or is in another worker's hands. Not a failure."""
