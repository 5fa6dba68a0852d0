"""Forms, codes and wordings of criminal disclosure as they are shipped. None of it is code: add a record to change it."""

from datetime import date

from dems.model.disclosure.forms import (
    Code,
    Column,
    Field,
    Form,
    Forms,
    FormTemplate,
    HowFar,
    Series,
    Source,
)
from dems.model.disclosure.other_regimes import HARM_GROUNDS, HARM_TESTS, REFUSALS
from dems.model.disclosure.other_regimes import TEMPLATES as OTHERS
from dems.model.disclosure.parties import Regime

_MANUAL = "CPS Disclosure Manual, chapter "
_GUIDE = "Prosecution Team Manual of Guidance 2011"
_CODE = "Code of Practice under the Criminal Procedure and Investigations Act 1996, paragraph "
_F, _H = Field, HowFar


def _source(text: str, checked: HowFar) -> Source:
    return Source(text, checked)


_MARKED = {"protective_marking": "OFFICIAL-SENSITIVE"}
"""A choice of DEMS: schedules name people who are not charged."""
_ROW_C = (
    Column(_F.NUMBER, "Item No."),
    Column(_F.DESCRIPTION, "Description and relevance"),
    Column(_F.QUANTITY, "Quantity"),
    Column(_F.LOCATION, "Location"),
    Column(_F.PROSECUTOR_DECISION, "*"),
    Column(_F.PROSECUTOR_COMMENT, "Comment (for CPS use)"),
)
_CERTIFIES = (
    "I certify that, to the best of my knowledge and belief, all relevant material which has been retained and made available "
    "to me has been revealed to the prosecutor in accordance with the Code of Practice."
)

TEMPLATES: tuple[FormTemplate, ...] = (
    FormTemplate(
        Form.MG6C,
        1,
        "Schedule of relevant non-sensitive unused material",
        _ROW_C,
        _source(f"{_MANUAL}7; {_GUIDE}, MG6C", _H.PARTLY),
        {
            "preamble": "The disclosure officer believes that the following material does not form part of the prosecution "
            "case and is not sensitive.",
            "withdrawn": "Withdrawn",
            **_MARKED,
        },
        remarks=("The preamble and the letters of its codes were not held against a text; layouts differ by force.",),
    ),
    FormTemplate(
        Form.MG6D,
        1,
        "Schedule of relevant sensitive unused material",
        (
            Column(_F.NUMBER, "Item No."),
            Column(_F.DESCRIPTION, "Description"),
            Column(_F.QUANTITY, "Quantity"),
            Column(_F.SCHEDULE_REASON, "Reason for sensitivity"),
            Column(_F.AGREED_SENSITIVE, "Agreed as sensitive (Y/N)"),
            Column(_F.COURT_APPLICATION, "Court application (Y/N) and view"),
        ),
        _source(f"{_MANUAL}8; {_GUIDE}, MG6D", _H.PARTLY),
        {"withdrawn": "Withdrawn", "marking": "For police and prosecution only", **_MARKED},
        remarks=("It is never served.",),
    ),
    FormTemplate(
        Form.MG6D_NIL,
        1,
        "Schedule of relevant sensitive unused material: none",
        (),
        _source(f"{_MANUAL}8", _H.PARTLY),
        {
            "statement": "There is no relevant sensitive unused material.",
            "continuation": "There is no further relevant sensitive unused material.",
            "marking": "For police and prosecution only",
            **_MARKED,
        },
        remarks=("That it is endorsed, signed and sent was looked up; its wording was not.",),
    ),
    FormTemplate(
        Form.MG6E,
        1,
        "Disclosure officer's report",
        (
            Column(_F.SCHEDULE, "Schedule"),
            Column(_F.NUMBER, "Item No."),
            Column(_F.REPORT_REASON, "Reason"),
            Column(_F.COPY, "Copy supplied"),
        ),
        _source(f"{_GUIDE}, MG6E; {_MANUAL}10 (old edition)", _H.PARTLY),
        {"marking": "For police and prosecution only", **_MARKED},
        remarks=("The texts of its certificates are a list of their own.",),
    ),
    FormTemplate(
        Form.SDC,
        1,
        "Streamlined disclosure certificate",
        (Column(_F.NUMBER, "Item No."), Column(_F.DESCRIPTION, "Description"), Column(_F.PROSECUTOR_DECISION, "*")),
        _source(f"{_MANUAL}6", _H.PARTLY),
        {
            "listed": "Only the following material might meet the test for disclosure.",
            "nil": "There is no material that might meet the test for disclosure.",
            **_MARKED,
        },
        remarks=("No separate regime any more: for summary trials, by local agreement. Its fields were not seen.",),
    ),
    *OTHERS,
)

_LETTERS = _source(f"{_GUIDE}, MG6C (purpose); letters from practice", _H.PARTLY)
_LOCAL = _source("Local practice", _H.UNVERIFIED)
_ON_D = _source(f"{_GUIDE}, MG6D (purpose); codes of DEMS", _H.PARTLY)


def _agreed(sensitive: str, court: str) -> tuple[tuple[Field, str], ...]:
    return (_F.AGREED_SENSITIVE, sensitive), (_F.COURT_APPLICATION, court)


ENDORSEMENTS: dict[Series, tuple[Code, ...]] = {
    Series.MG6C: (
        Code("D", "Disclose: a copy is given", _LETTERS, inspected=True),
        Code("I", "The defence may inspect", _LETTERS, inspected=True),
        Code("CND", "Clearly not disclosable on its description", _LETTERS, refuses=True),
        Code("ND", "Inspected, does not meet the test", _LOCAL, inspected=True, refuses=True),
        Code("EV", "Now relied on as evidence", _LOCAL),
    ),
    Series.MG6D: (
        Code("Y", "Agreed as sensitive, no court application", _ON_D, shows=_agreed("Y", "N")),
        Code("Y-PII", "Agreed as sensitive, with a court application", _ON_D, shows=_agreed("Y", "Y")),
        Code("N", "Not agreed as sensitive: taken up with the disclosure officer", _ON_D, shows=_agreed("N", "N")),
    ),
}

_PRESUMED = _source(f"{_CODE}6.6; Attorney General's Guidelines 2022, about paragraph 87", _H.UNVERIFIED)

PRESUMPTIONS: tuple[Code, ...] = (
    Code("RP1", "Records of calls that describe the offence or an offender", _PRESUMED),
    Code("RP2", "Incident logs", _PRESUMED),
    Code("RP3", "Contemporaneous records: crime report, notebooks, actions, scene logs, imagery of the incident", _PRESUMED),
    Code("RP4", "Custody record, or record of voluntary attendance", _PRESUMED),
    Code("RP5", "Earlier accounts by a complainant or witness", _PRESUMED),
    Code("RP6", "Records of interviews with witnesses or suspects", _PRESUMED),
    Code("RP7", "Material that casts doubt on the reliability of a witness", _PRESUMED),
)  # fmt: skip

_CATEGORIES = _source(f"{_CODE}6.14", _H.UNVERIFIED)

SENSITIVITIES: tuple[Code, ...] = (
    Code("national_security", "National security", _CATEGORIES),
    Code("agencies", "From the intelligence and security agencies", _CATEGORIES),
    Code("foreign_intelligence", "Intelligence from foreign sources", _CATEGORIES),
    Code("in_confidence", "Given in confidence", _CATEGORIES),
    Code("sources_and_persons_at_risk", "Informants, undercover officers and persons at risk", _CATEGORIES),
    Code("surveillance_premises", "Premises used for surveillance", _CATEGORIES),
    Code("methods", "Methods of surveillance and detection", _CATEGORIES),
    Code("facilitates_crime", "Might facilitate crime, or hinder its prevention or detection", _CATEGORIES),
    Code("warrant_grounds", "Grounds on which a search warrant was obtained", _CATEGORIES),
    Code("identity_parade", "Details of persons at an identity parade", _CATEGORIES),
    Code("internal_communications", "Communications within the police, and with the CPS", _CATEGORIES),
    Code("child_social_services", "Social services material about a child or young person", _CATEGORIES),
    Code("private_life", "Private life of a witness", _CATEGORIES),
)

_SIGNED = _source(f"{_CODE}9.1; {_GUIDE}, MG6E", _H.UNVERIFIED)

CERTIFICATES: tuple[Code, ...] = (
    Code("a", f"{_CERTIFIES} I have reviewed it, and nothing in it meets the test for disclosure.", _SIGNED, lists=False),
    Code("b", f"{_CERTIFIES} I have reviewed it, and the items listed meet or may meet the test.", _SIGNED, lists=True),
    Code("c", f"{_CERTIFIES} Copies under paragraph 7.3 of the Code are supplied as listed.", _SIGNED, lists=True),
    Code(
        "d",
        f"{_CERTIFIES} I have reviewed it again after the defence statement; what is listed meets or may meet the test.",
        _SIGNED,
        after_statement=True,
    ),
)  # fmt: skip

ABBREVIATIONS: dict[str, str] = {
    "ABE": "achieving best evidence",
    "ANPR": "automatic number plate recognition",
    "BWV": "body-worn video",
    "CAD": "computer-aided dispatch",
    "CCTV": "closed-circuit television",
    "DNA": "deoxyribonucleic acid",
    "FCN": "first contact number",
    "FLO": "family liaison officer",
    "HOLMES": "Home Office Large Major Enquiry System",
    "MIR": "major incident room",
    "OIC": "officer in the case",
    "PNB": "pocket notebook",
    "PNC": "Police National Computer",
    "PSD": "professional standards department",
    "SOCO": "scenes of crime officer",
    "VIW": "vulnerable or intimidated witness",
}
"""Chapter 7 of the CPS manual asks for descriptions without abbreviations; which ones to look for is a choice of DEMS."""

MARKS: dict[str, str] = {
    r"\bMG\s?6\s?[DE]\b": "another form of the prosecution's",
    r"\bRP[1-7]\b": "that it is presumed to meet the test",
    r"\b(?:may|might) (?:meet|satisfy) the (?:disclosure )?test\b": "what the test for disclosure gave",
    r"\bundermin(?:e|es|ing)\b": "what the test for disclosure gave",
    r"\bassists? the (?:accused|defence)\b": "what the test for disclosure gave",
    r"\bpublic interest immunity\b|\bPII\b": "that something is kept back",
}
"""What a served text must not say (CPS manual, chapter 10, old edition); the patterns are a choice of DEMS."""

FORMS = Forms(
    TEMPLATES,
    ENDORSEMENTS,
    PRESUMPTIONS,
    SENSITIVITIES,
    CERTIFICATES,
    ABBREVIATIONS,
    (r"MG\s?\d+[A-Z]?", r"(?:CID|HORT|IND)\s?/?\d+[A-Z]?", r"[A-Z]{1,4}\d{1,4}[A-Z]?", r"form \S+"),
    MARKS,
    HARM_TESTS,
    HARM_GROUNDS,
    REFUSALS,
)

REGIMES: tuple[Regime, ...] = (
    Regime("Code of Practice 2005", date(2005, 4, 4), f"{_MANUAL}6: an earlier investigation is noted on the MG6", noted=True),
    Regime("Code of Practice 2020", date(2020, 12, 31), "2020 Order; the date was not held against its text"),
    Regime("Attorney General's Guidelines 2022", date(2022, 7, 25), "Attorney General's statement of 26 May 2022"),
    Regime("Attorney General's Guidelines 2024", date(2024, 5, 29), "Guidelines published on 29 February 2024"),
)  # fmt: skip
"""By date, the oldest first."""
