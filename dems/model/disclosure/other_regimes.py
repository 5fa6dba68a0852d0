"""Forms, codes and wordings beside the schedules as they are shipped: note, exhibit list, misconduct and coronial disclosure."""

from dems.model.disclosure.forms import Code, Column, Field, Form, FormTemplate, HowFar, Source

_F, _H = Field, HowFar
_CONDUCT = "Police (Conduct) Regulations 2020, regulation "
_BOTH = "Police (Conduct) Regulations 2020, regulations 6 and 30"
_COMPLAINTS = "Police (Complaints and Misconduct) Regulations 2020, regulation "
_INQUESTS = "Coroners (Inquests) Rules 2013, "
_GUIDE = "Prosecution Team Manual of Guidance 2011"

_REFERENCE = Column(_F.REFERENCE, "Exhibit")
_DIGEST = Column(_F.DIGEST, "SHA-256")
_MARKED = {"protective_marking": "OFFICIAL-SENSITIVE"}
_WITHDRAWN = {"withdrawn": "Withdrawn", **_MARKED}

TEMPLATES: tuple[FormTemplate, ...] = (
    FormTemplate(
        Form.MG6,
        1,
        "Case file information: note on the schedules",
        (),
        Source("CPS Disclosure Manual, chapter 6; fields from practice", _H.PARTLY),
        {
            "marking": "Confidential: for police and prosecution only, never served",
            "none": "Nothing is remarked on the schedules.",
            **_MARKED,
        },
        remarks=("That it carries what is remarked on schedules was looked up; its fields were not seen.",),
    ),
    FormTemplate(
        Form.MG12,
        1,
        "Exhibit list",
        (
            Column(_F.NUMBER, "No."),
            _REFERENCE,
            Column(_F.COURT_NUMBER, "Court no."),
            Column(_F.DESCRIPTION, "Description"),
            Column(_F.PRODUCER, "Produced by, and statement"),
            Column(_F.CONTINUITY, "Continuity"),
            _DIGEST,
        ),
        Source(f"{_GUIDE}, MG12; columns from practice, the digest a choice of DEMS", _H.PARTLY),
        {**_WITHDRAWN, "custody": "Custody record in DEMS to entry\u00a0{entry}", "physical": "Not digital"},
        remarks=("Whoever prosecutes serves it with the evidence.",),
    ),
    FormTemplate(
        Form.DOCUMENT_LIST,
        1,
        "Documents of misconduct proceedings, with the harm test",
        (
            Column(_F.NUMBER, "No."),
            _REFERENCE,
            Column(_F.DESCRIPTION, "Document"),
            Column(_F.SUPPLY, "To the officer concerned"),
            Column(_F.HARM_TEST, "Harm test"),
            Column(_F.DECIDED_BY, "Decided by, and why"),
        ),
        Source(f"{_BOTH}; {_COMPLAINTS}11; the list itself from practice", _H.PARTLY),
        {
            **_WITHDRAWN,
            "reference": "Reference",
            "marking": "For the appropriate authority and those who present only: not for the officer concerned",
            "supplied": "Supplied",
            "not_supplied": "Relevant, not supplied",
            "withheld": "Withheld under the harm test",
        },
        remarks=("No text gives it a form.",),
    ),
    FormTemplate(
        Form.DOCUMENTS_SUPPLIED,
        1,
        "Documents supplied to the officer concerned",
        (_REFERENCE, Column(_F.DESCRIPTION, "Document"), _DIGEST),
        Source(f"{_CONDUCT}30; the list itself from practice", _H.PARTLY),
        {"reference": "Reference", **_MARKED},
        remarks=("It has no numbers, whose gaps would tell of what is not on it.",),
    ),
    FormTemplate(
        Form.INQUEST_INDEX,
        1,
        "Index of material supplied to the coroner",
        (
            Column(_F.NUMBER, "No."),
            Column(_F.PAGES, "Volume and pages"),
            _REFERENCE,
            Column(_F.DESCRIPTION, "Description"),
            Column(_F.OWNER, "Belongs to"),
            Column(_F.SENSITIVITY, "Sensitivity"),
            Column(_F.EDITING, "Edited version"),
            Column(_F.ONWARD, "Proposed for interested persons"),
        ),
        Source(f"{_INQUESTS}rules 13 to 15; the index itself from practice", _H.PARTLY),
        {
            **_WITHDRAWN,
            "reference": "Reference",
            "marking": "For the coroner only: not for interested persons",
            "own": "This body",
            "not_sensitive": "Not sensitive",
            "sensitive": "Sensitive",
            "in_part": "Sensitive in part",
            "whole": "Yes, whole",
            "edited": "Yes, in its edited version",
            "not": "No",
        },
        remarks=("What goes on to interested persons is for the coroner to decide.",),
    ),
    FormTemplate(
        Form.INQUEST_PROPOSED,
        1,
        "Material proposed to the coroner for interested persons",
        (_REFERENCE, Column(_F.DESCRIPTION, "Description"), _DIGEST),
        Source(f"{_INQUESTS}rules 13 and 14; the index itself from practice", _H.PARTLY),
        {"reference": "Reference", **_MARKED},
        remarks=("It has no numbers or pages, whose gaps would tell of what is not on it.",),
    ),
)

_HARM = Source(f"{_CONDUCT}6; {_COMPLAINTS}11 is the parallel list that was seen", _H.UNVERIFIED)

HARM_TESTS: tuple[Code, ...] = (
    Code("conduct_6", f"{_CONDUCT}6", Source(f"{_CONDUCT}6: its number was seen, its text was not", _H.PARTLY)),
    Code("complaints_11", f"{_COMPLAINTS}11", Source(f"{_COMPLAINTS}11", _H.LOOKED_UP)),
)

HARM_GROUNDS: tuple[Code, ...] = (
    Code("criminal_proceedings", "Premature or inappropriate disclosure of what is relevant to criminal proceedings", _HARM),
    Code("national_security", "The interests of national security", _HARM),
    Code("crime", "The prevention or detection of crime, or the apprehension or prosecution of offenders", _HARM),
    Code("other_misconduct", "The prevention or detection of misconduct by others", _HARM),
    Code("disproportionate", "Disproportionate effort to provide it", _HARM),
    Code("welfare", "The welfare and safety of an informant or witness", _HARM),
    Code("public_interest", "The public interest otherwise", _HARM),
)  # fmt: skip

_RULE_15 = Source(f"{_INQUESTS}rule 15", _H.LOOKED_UP)

REFUSALS: tuple[Code, ...] = (
    Code("prohibited", "A statutory or legal prohibition on disclosure", _RULE_15),
    Code("consent", "Consent of an author or copyright owner that cannot reasonably be obtained", _RULE_15),
    Code("unreasonable", "The request is unreasonable", _RULE_15),
    Code("criminal_proceedings", "It relates to contemplated or commenced criminal proceedings", _RULE_15),
    Code("irrelevant", "It is irrelevant to the investigation", _RULE_15),
)
