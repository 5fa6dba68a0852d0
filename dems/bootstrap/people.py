"""People and cases: their use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.cases.change_case import ChangeCase
from dems.usecases.cases.end_member import EndMember
from dems.usecases.cases.load_history import LoadHistory
from dems.usecases.cases.look_up import LookUpCases
from dems.usecases.cases.look_up_life import LookUpLife
from dems.usecases.cases.lower_wall import LowerWall
from dems.usecases.cases.open_case import OpenCase
from dems.usecases.cases.put_member import PutMember
from dems.usecases.cases.put_party import PutParty
from dems.usecases.cases.raise_wall import RaiseWall
from dems.usecases.cases.record_facts import RecordFacts
from dems.usecases.cases.take_message import TakeMessage
from dems.usecases.people.add_person import AddPerson
from dems.usecases.people.change_person import ChangePerson
from dems.usecases.people.issue_token import IssueToken
from dems.usecases.people.look_up import LookUpPeople
from dems.usecases.people.recognise import Recognise
from dems.usecases.people.revoke_token import RevokeToken
from dems.usecases.people.withdraw_links import WithdrawLinks


@dataclass(frozen=True, slots=True)
class People:
    recognise: Recognise
    add: AddPerson
    change: ChangePerson
    look_up: LookUpPeople
    issue_token: IssueToken
    revoke_token: RevokeToken
    withdraw_links: WithdrawLinks

    @classmethod
    def of(cls, core: Core) -> "People":
        tx, clock = core.transaction, core.clock
        return cls(
            Recognise(tx, clock),
            AddPerson(tx, clock),
            ChangePerson(tx),
            LookUpPeople(tx),
            IssueToken(tx, clock),
            RevokeToken(tx, clock),
            WithdrawLinks(tx, clock),
        )


@dataclass(frozen=True, slots=True)
class Cases:
    open: OpenCase
    look_up: LookUpCases
    change: ChangeCase
    put_member: PutMember
    end_member: EndMember
    raise_wall: RaiseWall
    lower_wall: LowerWall
    record: RecordFacts
    take: TakeMessage
    load: LoadHistory
    parties: PutParty
    life: LookUpLife

    @classmethod
    def of(cls, core: Core) -> "Cases":
        tx, clock = core.transaction, core.clock
        return cls(
            OpenCase(tx, clock, core.vocabulary),
            LookUpCases(tx),
            ChangeCase(tx, clock, core.vocabulary),
            PutMember(tx, clock),
            EndMember(tx, clock),
            RaiseWall(tx, clock),
            LowerWall(tx, clock),
            RecordFacts(tx, clock, core.vocabulary),
            TakeMessage(tx, clock, core.vocabulary),
            LoadHistory(tx, clock, core.vocabulary),
            PutParty(tx, clock),
            LookUpLife(tx, clock),
        )
