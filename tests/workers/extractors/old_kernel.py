"""For the tests: what loads this has no Landlock and may make no namespaces, as on an old kernel. By a filter of the kernel's own."""

from tests.workers.extractors.confinement import refuse

refuse("unshare", "landlock")


def extract(*_: object) -> None:
    """Nothing is read by it."""
