"""The composition root: settings in, everything that DEMS can do out. The only package that names S3 and SQLAlchemy together."""

from functools import cached_property

from dems.bootstrap.anchors import Anchoring, look_up_anchors
from dems.bootstrap.answers import Answers
from dems.bootstrap.approvals import Approvals
from dems.bootstrap.core import Core, Schema, utc_now
from dems.bootstrap.disclosure import Disclosure
from dems.bootstrap.events import Events
from dems.bootstrap.evidence import CustodyActs, EvidenceActs
from dems.bootstrap.exports import Exporting
from dems.bootstrap.findings import Extraction, Findings
from dems.bootstrap.intake import Intake, Intakes, Invitations
from dems.bootstrap.ledger import LedgerActs
from dems.bootstrap.lists import Lists
from dems.bootstrap.measures import Measures
from dems.bootstrap.people import Cases, People
from dems.bootstrap.reviewing import Reviewing
from dems.bootstrap.schedules import Schedules
from dems.bootstrap.timeliness import Timeliness
from dems.bootstrap.upkeep import Upkeep
from dems.usecases.anchors.look_up import LookUpAnchors

__all__ = ["Dems", "Schema", "utc_now"]


class Dems(Core):
    """Everything DEMS can do, on one database and one store."""

    @cached_property
    def people(self) -> People:
        return People.of(self)

    @cached_property
    def cases(self) -> Cases:
        return Cases.of(self)

    @cached_property
    def intake(self) -> Intake:
        return Intake.of(self)

    @cached_property
    def intakes(self) -> Intakes:
        return Intakes.of(self)

    @cached_property
    def invitations(self) -> Invitations:
        return Invitations.of(self)

    @cached_property
    def evidence(self) -> EvidenceActs:
        return EvidenceActs.of(self)

    @cached_property
    def disclosure(self) -> Disclosure:
        return Disclosure.of(self)

    @cached_property
    def schedules(self) -> Schedules:
        return Schedules.of(self)

    @cached_property
    def lists(self) -> Lists:
        return Lists.of(self)

    @cached_property
    def events(self) -> Events:
        return Events.of(self)

    @cached_property
    def exporting(self) -> Exporting:
        return Exporting.of(self)

    @cached_property
    def findings(self) -> Findings:
        return Findings.of(self)

    @cached_property
    def measures(self) -> Measures:
        return Measures.of(self)

    @cached_property
    def extraction(self) -> Extraction:
        return Extraction.of(self)

    @cached_property
    def anchors(self) -> LookUpAnchors:
        return look_up_anchors(self)

    @cached_property
    def anchoring(self) -> Anchoring:
        return Anchoring.of(self)

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals.of(self)

    @cached_property
    def custody(self) -> CustodyActs:
        return CustodyActs.of(self)

    @cached_property
    def reviewing(self) -> Reviewing:
        return Reviewing.of(self)

    @cached_property
    def timeliness(self) -> Timeliness:
        return Timeliness.of(self)

    @cached_property
    def ledger(self) -> LedgerActs:
        return LedgerActs.of(self)

    @cached_property
    def upkeep(self) -> Upkeep:
        return Upkeep.of(self)

    @cached_property
    def answers(self) -> Answers:
        return Answers.of(self)
