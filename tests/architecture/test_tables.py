"""Tables that must stay complete: acts and rules, errors and answers, settings and their page, commands and the Makefile."""

import os
import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args

import pytest
from pydantic import BaseModel, SecretStr

import dems.errors
import storage.errors
from dems.errors import DemsError
from dems.model.acts import S62_OPERATION, Act
from dems.model.permission import OPERATOR_ACTS, TABLE
from dems.settings import CLIENT_VARIABLES, Settings
from storage.errors import StorageError
from tests.architecture.tree import ROOT

# --- acts and rules ---

BY_THE_INSTALLATION = {
    Act.APPROVAL_ASK,
    Act.UPLOAD_EXPIRE,
    Act.EVIDENCE_SEAL,
    Act.EVIDENCE_MISMATCH,
    Act.EVIDENCE_RECHECK,
    Act.EVIDENCE_FREEZE,
    Act.FINDINGS_RECORD,
    Act.ORPHAN_REPORT,
    Act.UPLOAD_TOKEN_AGAIN,
    Act.INTAKE_TOKEN_AGAIN,
    Act.UPLOAD_DISCARD,
    Act.RECORDS_CONSULTED,
    Act.EVIDENCE_EXPORT,
    Act.EXPORT_END,
    Act.FINDINGS_RECORD,
}


def test_every_act_that_someone_can_ask_for_has_a_rule_and_no_other_has_one() -> None:
    assert set(TABLE) == set(Act) - BY_THE_INSTALLATION
    assert set(TABLE) >= OPERATOR_ACTS
    assert set(Act) >= set(S62_OPERATION)


def test_every_rule_lets_somebody_do_it() -> None:
    for act, rule in TABLE.items():
        assert rule.everyone or rule.case_roles or rule.organisation_roles, act
        assert rule.about_a_case or not rule.case_roles, act


# --- errors and answers ---


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def errors_of(module: Any, root: type[Exception]) -> list[type[Exception]]:
    """The classes of one module, so that those which tests make up are left out."""
    return sorted((e for e in subclasses(root) if e.__module__ == module.__name__), key=lambda e: e.__name__)


@pytest.mark.parametrize(
    "error", errors_of(dems.errors, DemsError) + errors_of(storage.errors, StorageError), ids=lambda e: str(e.__name__)
)
def test_every_error_has_an_answer_of_its_own_or_of_a_kind_that_is_not_everything(error: type[Exception]) -> None:
    problems = import_module("api.problems")
    listed = [base for base in error.__mro__ if base in problems.STATUS]
    assert listed, f"{error.__name__} is not in api.problems.STATUS"
    assert listed[0] is not DemsError
    assert 400 <= problems.STATUS[listed[0]] <= 599


def test_no_error_of_the_domain_lives_outside_the_one_module() -> None:
    for package in ("api.main", "dems.bootstrap"):
        import_module(package)
    outside = {e.__module__ for e in subclasses(DemsError) if not e.__module__.startswith("tests.")} - {"dems.errors"}
    # An engine's refusal is told to the operator at the command line and never reaches HTTP.
    assert outside <= {"dems.engines.errors"}


# --- settings and their page ---

PAGE = ROOT / "docs" / "settings.md"


def part_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for inner in get_args(annotation) if (part := part_of(inner))), None)


def variables(model: type[BaseModel], prefix: str = "DEMS_") -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        part = part_of(field.annotation)
        if part is not None:
            yield from variables(part, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper(), field.get_default() if not field.is_required() else None


def shown(default: Any) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default in ("", ()):
        return ""
    if isinstance(default, tuple):
        default = list(default)
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_every_setting_is_on_its_page_with_its_default_and_a_meaning() -> None:
    rows = re.findall(
        r"^\| `(DEMS_\w+)` \| (.+?) \| (.*?) ?\| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name: default for name, _, default, _ in rows} == {n: shown(d) for n, d in variables(Settings)}
    assert all(meaning.strip() for *_, meaning in rows)


def test_the_variables_of_the_client_are_on_the_page_too() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in text for name in CLIENT_VARIABLES)


def test_no_variable_is_documented_that_does_not_exist() -> None:
    known = {name for name, _ in variables(Settings)} | CLIENT_VARIABLES
    for page in (PAGE, ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        named = set(re.findall(r"\bDEMS_[A-Z0-9_]*[A-Z0-9]\b(?!_*…)", page.read_text(encoding="utf-8")))
        assert named <= known | {n.split("__")[0] for n in known}, page.name


# --- commands and the Makefile ---

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_of_a_page_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    commands = set(re.findall(r"(?:^|[`$] ?)make ([a-z]+)", text, re.MULTILINE))
    assert commands
    assert commands <= TARGETS


def test_the_makefile_has_at_most_ten_targets_and_explains_each() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == TARGETS
    assert len(TARGETS) <= 10
    printed = subprocess.run(
        ["make", "--no-print-directory"],  # noqa: S607 make is wherever it is
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert all(re.search(rf"^  {target} +\S", printed, re.MULTILINE) for target in TARGETS)
