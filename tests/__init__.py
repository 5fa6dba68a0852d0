"""Loaded before any test: property tests say the same on a slow machine as on a fast one."""

from hypothesis import HealthCheck, settings

# A time limit for each example would fail on a busy machine and show nothing; pytest-timeout ends what hangs.
settings.register_profile("dems", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dems")
