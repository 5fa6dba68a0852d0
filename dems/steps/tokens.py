"""Upload and intake tokens: credentials that open one upload, or those of one intake, and outlive the login that made them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority, of_item
from dems.model.ids import TokenId, new_id
from dems.model.intakes import Intake
from dems.model.secrets import Prefix, new_token
from dems.model.uploads import Upload
from dems.ports import IntakeToken, Transaction, UploadToken


@dataclass(frozen=True, slots=True)
class UploadPolicy:
    """How long an upload stays open, and how long after that its token still opens the receipt."""

    open_for: timedelta
    receipt_for: timedelta


def issue_upload_token(
    tx: Transaction, actor: Actor, upload: Upload, *, receipt_for: timedelta, at: datetime
) -> tuple[str, TokenId]:
    """A new token for an upload; every earlier one stops working. Shown once, kept as a hash; its id goes into the entry."""
    if actor.person is None:
        raise RuntimeError("an upload token stands for somebody")
    secret, secret_hash = new_token(Prefix.UPLOAD)
    principal = None if actor.on_behalf_of is None else actor.on_behalf_of.id
    token = UploadToken(TokenId(new_id()), upload.id, actor.person.id, principal, upload.expires_at + receipt_for, None)
    tx.uploads.add_token(token, secret_hash, at)
    return secret, token.id


def issue_upload_token_again(
    tx: Transaction, authority: Authority, upload: Upload, *, receipt_for: timedelta, at: datetime
) -> str:
    """The token of a repeated request: it opens the upload that the first request made, and says so in the item's chain."""
    secret, token_id = issue_upload_token(tx, authority.actor, upload, receipt_for=receipt_for, at=at)
    tx.custody.append(
        authority,
        of_item(upload.evidence_id),
        act=Act.UPLOAD_TOKEN_AGAIN,
        case_id=upload.case_id,
        evidence_id=upload.evidence_id,
        facts={"upload": str(upload.id), "upload_token": str(token_id)},
    )
    return secret


def issue_intake_token(
    tx: Transaction, actor: Actor, intake: Intake, policy: UploadPolicy, at: datetime
) -> tuple[str, TokenId]:
    """A new token for an intake and its uploads; every earlier one stops working. Shown once, kept as a hash."""
    if actor.person is None:
        raise RuntimeError("an intake token stands for somebody")
    secret, secret_hash = new_token(Prefix.INTAKE)
    principal = None if actor.on_behalf_of is None else actor.on_behalf_of.id
    expires_at = intake.expires_at + policy.receipt_for
    token = IntakeToken(TokenId(new_id()), intake.id, actor.person.id, principal, expires_at, None)
    tx.intakes.add_token(token, secret_hash, at)
    return secret, token.id
