"""Clocks: rules about time as data, and the reading of one that says why."""
