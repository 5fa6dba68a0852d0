"""How the suite is shared among processes: by modules, with the tests that need each other's installation kept together."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_OWN_INSTALLATION = ("test_d_bad_proxy.py", "test_d_chaos.py")
_LONG = (
    *("tests/e2e/", "tests/browser/", "tests/benchmarks/", "tests/cli/", "tests/faults/", "tests/workers/"),
    *("tests/usecases/test_verify_all", "tests/usecases/test_search", "tests/usecases/test_exports", "tests/usecases/"),
)
"""Where the long ones are, the longest first. What is quick comes last, so that all processes end at much the same time."""


class Scheduling(LoadFileScheduling):
    """The modules of `tests/e2e` that share one `dems up` go to one process, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        module = str(super()._split_scope(nodeid))
        if module.startswith("tests/e2e/") and not module.endswith(_OWN_INSTALLATION):
            return "tests/e2e"
        return module


def longest_first(items: list[pytest.Item]) -> None:
    """So that no process is left with a long one when the others have done; stable, so modules keep their order."""
    places = {folder: place for place, folder in enumerate(_LONG)}
    items.sort(
        key=lambda item: next((at for folder, at in places.items() if item.nodeid.startswith(folder)), len(_LONG))
    )


def share_out(config: pytest.Config, log: Producer) -> Scheduling | None:
    """What xdist is to use, unless another way was asked for (``--dist``)."""
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None
