"""What the pages for operators say, compared with what there is."""

import json
import re
from pathlib import Path

import pytest

from dems.cli.program import app
from dems.engines.seaweedfs_files import APP_BUCKETS, app_policy
from dems.settings import CLIENT_VARIABLES, Settings
from tests.architecture.test_tables import variables
from tests.architecture.tree import ROOT, python_files, tracked

STORES = (ROOT / "docs" / "other-stores.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PAGES = [path for path in tracked() if path.suffix == ".md"]
CODE = "".join((ROOT / path).read_text(encoding="utf-8") for path in python_files("api", "dems", "storage", "workers"))

# Operations of the protocol that only SeaweedFS asks a permission for by their own names.
OF_SEAWEEDFS = {
    "s3:CreateMultipartUpload",
    "s3:UploadPart",
    "s3:CompleteMultipartUpload",
    "s3:ListParts",
    "s3:ListMultipartUploads",
}


def statements(policy: object) -> list[tuple[str, set[str], set[str]]]:
    assert isinstance(policy, dict)
    return [(s["Effect"], set(s["Action"]), set(s["Resource"])) for s in policy["Statement"]]


def test_the_policy_for_other_stores_is_that_of_the_embedded_one() -> None:
    [block] = re.findall(r"^```json\n(.*?)^```$", STORES, re.MULTILINE | re.DOTALL)
    embedded = statements(app_policy(APP_BUCKETS))
    assert statements(json.loads(block)) == [(e, actions - OF_SEAWEEDFS, on) for e, actions, on in embedded]
    assert set.union(*(actions for _, actions, _ in embedded)) >= OF_SEAWEEDFS


def test_every_row_of_the_direct_path_is_explained() -> None:
    told = set(re.findall(r"^\| (direct upload: \w+) \|", STORES, re.MULTILINE))
    assert told == set(re.findall(r'"(direct upload: \w+)"', CODE))


def test_every_figure_is_on_the_page_and_every_figure_of_the_page_exists() -> None:
    made = set(re.findall(r'(?:Gauge|Counter|Histogram)\(\s*"(dems_\w+)"', CODE))
    assert made
    assert set(re.findall(r"`(dems_[a-z_]+)`", OPERATIONS)) == made


def test_every_critical_event_is_on_the_page() -> None:
    logged = set(re.findall(r'log\.critical\(\s*"(\w+)"', CODE))
    table = OPERATIONS.rsplit("| event |", 1)[1]
    assert {name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1:2][0])} == logged


@pytest.mark.parametrize("page", [p for p in PAGES if p.parts[0] != "CHANGELOG.md"], ids=str)
def test_no_page_names_a_setting_that_does_not_exist(page: Path) -> None:
    known = {name for name, _ in variables(Settings)} | CLIENT_VARIABLES
    named = set(re.findall(r"\bDEMS_[A-Z0-9_]*[A-Z0-9]\b(?!_*…|\*)", (ROOT / page).read_text(encoding="utf-8")))
    assert named <= known | {name.split("__")[0] for name in known}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = {target for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in target}
    assert [t for t in targets if not (ROOT / page.parent / t).exists()] == []


def test_every_page_of_the_documentation_can_be_found_from_the_first_one() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [str(p) for p in PAGES if p.parent == Path("docs") and f"({p})" not in text] == []


def test_every_command_that_a_page_shows_exists() -> None:
    """By its name and its options, as the program itself has them."""
    options = commands()
    shown = 0
    for page in PAGES:
        for line in re.findall(
            r"^ *(?:DEMS_\w+=\S+ |export \w+=\$\(|docker compose .* )?dems ([a-z].*)$", blocks(page), re.MULTILINE
        ):
            words = line.split("#")[0].rstrip(") ").split()
            name = next((n for n in (" ".join(words[:2]), words[0]) if n in options), None)
            assert name is not None, f"{page}: dems {line}"
            given = {word.split("=")[0] for word in words if word.startswith("--")}
            assert given <= options[name], f"{page}: dems {line}"
            shown += 1
    assert shown > 10


def blocks(page: Path) -> str:
    """What stands in code blocks, fenced or indented."""
    text = (ROOT / page).read_text(encoding="utf-8")
    fenced = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*fenced, *re.findall(r"^    ((?:DEMS_\w+=\S+ )?dems .*)$", text, re.MULTILINE)])


def commands() -> dict[str, set[str]]:
    import typer.main  # noqa: PLC0415  (what the program is built with)

    found: dict[str, set[str]] = {}

    def walk(command: object, name: str) -> None:
        for each, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{name} {each}".strip())
        if not hasattr(command, "commands"):
            found[name] = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}  # type: ignore[attr-defined]

    walk(typer.main.get_command(app), "")
    return found
