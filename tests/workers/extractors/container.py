"""For the tests: what loads this may make no namespaces, as in a container. By a filter of the kernel's own."""

from tests.workers.extractors.confinement import refuse

refuse("unshare")


def extract(*_: object) -> None:
    """Nothing is read by it."""
