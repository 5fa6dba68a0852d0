"""How a reading can fail, other than by the store or the caller."""


class ChildDied(Exception):
    """The reader of a file died or broke the rules before it had a result. The message is a sentence for people."""


class SandboxTooWeak(Exception):
    """This machine does not hold readers as tightly as is required: nothing was read. The message says what is missing."""


class NurseryFailed(Exception):
    """No reader can be made, whatever the file: the parsers cannot be imported, or the machine makes no processes."""
