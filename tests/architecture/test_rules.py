"""The rules of ``CONTRIBUTING.md`` that a program can check."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pip._internal.models.index import PyPI, TestPyPI

from tests.architecture.tree import ROOT, names_used, parsed, python_files, tracked

MAX_LINES = 300
CODE = ("api", "dems", "storage", "workers")

# --- layers ---


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


# --- modules ---


def test_no_module_is_longer_than_a_person_reads_in_one_go() -> None:
    long = {
        str(path): lines
        for path in python_files()
        if "migrations" not in path.parts and (lines := len((ROOT / path).read_bytes().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_module_is_named_for_nothing_in_particular() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "service", "services"}
    assert [str(p) for p in python_files() if vague & {p.stem, *p.parts[:-1]}] == []


# The Celery program loads this module to find its application: it is the start of a process, like a `main`.
STARTS_A_PROCESS = {Path("workers/app.py")}


def calls_at_import(node: ast.AST) -> list[ast.Call]:
    """Calls that run when the module is imported: not those inside functions."""
    found: list[ast.Call] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            found.append(child)
        found += calls_at_import(child)
    return found


def test_no_module_reads_the_settings_when_it_is_imported() -> None:
    readers = ("Settings", "settings.load", "load")
    eager = [
        f"{path}:{call.lineno}"
        for path in python_files(*CODE)
        if path not in STARTS_A_PROCESS
        for call in calls_at_import(parsed(path))
        if (name := ast.unparse(call.func)) in readers or name.endswith("settings.load")
    ]
    assert eager == []


# --- tests ---


def test_nothing_is_mocked_skipped_or_expected_to_fail() -> None:
    skips = ("pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.importorskip", "unittest.skip")
    fails = ("pytest.xfail", "pytest.mark.xfail")
    banned = ("unittest.mock", "mock", "pytest_mock", *skips, *fails)
    found = [
        f"{path}:{line}: {name}"
        for path in python_files("tests", "benchmarks")
        for line, name in names_used(path)
        if name in banned or name.startswith(("unittest.mock.", "mock.", "pytest_mock."))
    ]
    assert found == []


def test_no_test_hides_behind_a_name_that_is_taken_in_its_module() -> None:
    for path in python_files("tests"):
        names = [n.name for n in parsed(path).body if isinstance(n, ast.FunctionDef)]
        assert len(names) == len(set(names)), path


# --- what is committed ---

# As the installer knows them, and put together, so that this file does not hold what it looks for.
HOSTS = sorted(
    {".".join(host.split(".")[-2:]) for index in (PyPI, TestPyPI) for host in (index.netloc, index.file_storage_domain)}
)
FOLDERS = ["/" + "/".join(parts) + "/" for parts in (("work", "main"), ("work", "shared"), ("root",), ("opt", "pypi"))]


@pytest.mark.parametrize("text", [*HOSTS, *FOLDERS, "/" + "opt/wheels", "--index" + "-url ", "--find" + "-links"])
def test_nothing_committed_names_a_package_index_or_a_folder_of_the_machine_it_was_made_on(text: str) -> None:
    found = [str(p) for p in tracked() if text.encode() in (ROOT / p).read_bytes()]
    assert found == []


def test_no_line_of_the_requirements_goes_without_a_hash() -> None:
    for kind in ("runtime", "dev"):
        text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
        logical = text.replace("\\\n", " ").splitlines()
        pins = [line for line in logical if line.strip() and not line.lstrip().startswith("#")]
        assert len(pins) > 40
        assert all("==" in line and "--hash=sha256:" in line and "://" not in line for line in pins)


def pinned(kind: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    pins = [line.split(" ")[0].split("==") for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    return {canonicalize_name(name): version for name, version in pins}


def test_the_requirements_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = [Requirement(line) for line in project["project"]["dependencies"]]
    dev = [Requirement(line) for line in project["dependency-groups"]["dev"]]
    for kind, wanted in (("runtime", runtime), ("dev", runtime + dev)):
        pins = pinned(kind)
        unmet = [str(r) for r in wanted if not r.specifier.contains(pins.get(canonicalize_name(r.name), "0"))]
        assert unmet == [], "run: make lock"
    assert pinned("runtime").items() <= pinned("dev").items()
