"""`python -m dems.cli` is the `dems` program."""

from dems.cli.main import run

run()
