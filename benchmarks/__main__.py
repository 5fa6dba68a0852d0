"""Runs the benchmarks, prints the table and writes ``benchmarks/results.json``."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console

from benchmarks import (
    case_page,
    certification,
    corpus,
    custody_log,
    deciding,
    direct,
    feed,
    load_history,
    log_writers,
    logged_intake,
    many_files,
    measures,
    memory,
    package_check,
    pages,
    reading,
    relay,
    schedule_documents,
    search,
    small_intake,
    small_item,
    verification,
)
from benchmarks.installation import Installation
from benchmarks.sizes import FULL, QUICK, Sizes
from benchmarks.table import Result, show

BENCHMARKS: Mapping[str, Callable[[Installation, Sizes], list[Result]]] = {
    "measures": measures.measure,
    "relay": relay.measure,
    "verification": verification.measure,
    "memory": memory.measure,
    "pages": pages.measure,
    "case-page": case_page.measure,
    "search": search.measure,
    "feed": feed.measure,
    "small-item": small_item.measure,
    "direct": direct.measure,
    "many-files": many_files.measure,
    "small-intake": small_intake.measure,
    "corpus": corpus.measure,
    "reading": reading.measure,
    "certification": certification.measure,
    "load-history": load_history.measure,
    "package": package_check.measure,
    "schedule-documents": schedule_documents.measure,
    "log": custody_log.measure,
    "log-writers": log_writers.measure,
    "logged-intake": logged_intake.measure,
    "deciding": deciding.measure,
}
WIDTH = 150
"""Where the output goes to a file: enough for every line of the table."""
RESULTS = Path(__file__).with_name("results.json")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that everything works, judges nothing")
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="one benchmark; may be given again")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures are written")
    options = parser.parse_args(arguments)
    for variable in [v for v in os.environ if v.startswith("DEMS_")]:
        # What the developer's shell says must not decide what is measured.
        del os.environ[variable]
    # What is asked to end still takes its folder away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sizes = QUICK if options.quick else FULL
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    begun = datetime.now(UTC)
    results: list[Result] = []
    with ExitStack() as stack:
        shared = stack.enter_context(Installation(lasting=True)) if options.quick else None
        for name in options.only or BENCHMARKS:
            since = time.perf_counter()
            # Each in a fresh one: what one benchmark stored is locked, and its room is only given back with the folder.
            with nullcontext(shared) if shared is not None else Installation() as installed:
                results += BENCHMARKS[name](installed, sizes)
            console.print(f"{name}: {time.perf_counter() - since:.0f} s")
    show(results, console)
    document = {
        "begun_at": begun.isoformat(),
        "full": sizes.full,
        "machine": {"processors": os.cpu_count(), "memory_bytes": psutil.virtual_memory().total},
        "results": [r.document() for r in results],
    }
    options.results.write_text(json.dumps(document, indent=1), encoding="utf-8")
    console.print(f"Written to {options.results}.")


if __name__ == "__main__":
    main()
