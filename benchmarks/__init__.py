"""How fast, measured: ``python -m benchmarks`` (``make bench``). What is measured and how: ``docs/performance.md``."""
