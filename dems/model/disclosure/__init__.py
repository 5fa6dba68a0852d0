"""Disclosure: what is decided about each item in each proceeding, and the schedules that follow from it. Pure."""
