"""Every way in which the ledger says that something does not hold.

A verifier must tell three outcomes apart: what was given is false, what was given is not enough, and all is proved.
The first is `Malformed` or `Contradicted`, the second `NotProved`, the third is that nothing was raised.
"""


class LedgerInvalid(ValueError):
    """What was given does not prove what it was given for."""


class Malformed(LedgerInvalid):
    """These bytes are not of the format that they are said to be of, or not in the one way that it may be written."""


class Contradicted(LedgerInvalid):
    """Two things that were given exclude one another: a hash and its bytes, a signature and its text, two trees."""


class NotProved(LedgerInvalid):
    """Nothing that was given is wrong, but something that the proof needs was not given."""
