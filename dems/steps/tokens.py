"""Upload tokens: a credential that opens one upload and nothing else, and outlives the login that made it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dems.model.actors import Actor
from dems.model.ids import TokenId, new_id
from dems.model.secrets import Prefix, new_token
from dems.model.uploads import Upload
from dems.ports import Transaction, UploadToken


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
