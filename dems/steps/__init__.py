"""Steps that several use cases share. Use cases do not call one another; see ``docs/adr/0003-steps.md``."""
