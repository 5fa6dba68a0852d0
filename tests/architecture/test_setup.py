"""What every make target does first, in a project of its own: requirements/venv.sh, which needs only a Python and a shell."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

PROGRAM = """
import sys
def run() -> None:
    print(sys.argv, sys.path[0])
    sys.exit(3)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without dependencies, in a path with spaces and quotes."""
    project = tmp_path / 'it\'s a "project"'
    (project / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "requirements" / "venv.sh", project / "requirements")
    for kind in ("runtime", "dev"):
        (project / "requirements" / f"{kind}.txt").write_text("# nothing\n")
    (project / "dems" / "cli").mkdir(parents=True)
    (project / "dems" / "cli" / "main.py").write_text(PROGRAM)
    return project


def set_up(project: Path, kind: str = "runtime", *, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path or f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(project)}
    return subprocess.run(  # noqa: S603 our own script
        ["/bin/sh", "requirements/venv.sh", kind],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def said(project: Path, kind: str = "runtime") -> list[str]:
    done = set_up(project, kind)
    assert done.returncode == 0, done.stderr
    return [line.split(" ")[0] for line in done.stderr.splitlines()]


def test_it_makes_keeps_and_repairs_the_environment(project: Path) -> None:
    assert said(project) == ["Making", "Installing"]
    assert said(project) == []
    assert said(project, "dev") == ["Installing"]
    assert said(project) == said(project, "dev") == []  # what dev brings is all that runtime needs

    # Made anew, so that nothing lingers that is asked for no more.
    (project / "requirements" / "dev.txt").write_text("# nothing, said otherwise\n")
    assert said(project, "dev") == ["Making", "Installing"]

    (project / ".venv" / "unfinished").touch()  # what an interrupted installation leaves
    assert said(project) == ["Making", "Installing"]

    (project / ".venv" / "bin" / "python").unlink()
    assert said(project) == ["Making", "Installing"]

    (project / ".venv" / "bin" / "dems").unlink()
    assert said(project) == []
    assert (project / ".venv" / "bin" / "dems").exists()


def test_the_program_works_from_anywhere_and_passes_on_arguments_and_status(project: Path, tmp_path: Path) -> None:
    said(project)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "dems").mkdir(parents=True)
    (elsewhere / "dems" / "__init__.py").write_text("raise SystemExit('the wrong dems')")
    (elsewhere / "link").symlink_to(project / ".venv" / "bin" / "dems")
    arguments = ["dems", "upload", 'a file\'s "name"']
    for program in (project / ".venv" / "bin" / "dems", elsewhere / "link"):
        done = subprocess.run(  # noqa: S603 our own program
            [str(program), *arguments[1:]], cwd=elsewhere, capture_output=True, text=True, check=False
        )
        assert done.returncode == 3, done.stderr
        assert done.stdout == f"{arguments} {project}\n"


def test_without_a_python_it_says_in_one_sentence_what_to_do(project: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("dirname", "cksum", "cat", "rm", "mkdir"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")  # one that is too old says so in this way
    (tools / "python3").chmod(0o755)
    done = set_up(project, path=str(tools))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Python 3.11 or later is needed and was not found: install it, or name it as in 'make PYTHON=/path/to/python3.12'."
    ]
    assert not (project / ".venv").exists()
