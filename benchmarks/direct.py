"""A large file by `dems upload`, straight to the store and through the API, against `boto3` putting it there itself."""

import os
import shutil
from functools import partial

from benchmarks.installation import Installation
from benchmarks.items import random_file
from benchmarks.pairs import Leg, Machine, interleaved, ratios
from benchmarks.programs import Programs
from benchmarks.sizes import MIB, Sizes
from benchmarks.table import Result, Target, speed
from dems.model.uploads import part_size_for

DIRECT = Target("at least", 1.0)
RELAY = Target("at least", 0.8)
THREADS = 8


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    """Until the upload is `completed`, with the client's hashing of the whole file. No worker reads meanwhile."""
    size = sizes.direct_file
    with installed.api() as api:
        _, actor, headers = installed.person()
        token = headers["Authorization"].removeprefix("Bearer ")
        state = installed.folder / "client"
        programs = Programs(installed, api.url, token, state)
        path = installed.folder / "large"
        random_file(path, size)
        number = 0

        def ours(transport: str) -> float:
            # A fresh memory and a fresh case: else it would know the file.
            shutil.rmtree(state, ignore_errors=True)
            case = installed.case(actor)
            options = ("--transport", transport, "--jobs", str(THREADS))
            return programs.dems_upload(str(case.id), path, *options, until="sent").seconds

        def theirs() -> float:
            nonlocal number
            number += 1
            return programs.upload_file(f"bench/{number}", path, part_size_for(size), THREADS)

        ours("direct")
        theirs()
        results = []
        for transport, target in (("direct", DIRECT), ("relay", RELAY)):
            machine = Machine()
            legs: dict[str, Leg] = {"ours": partial(ours, transport), "boto3": theirs}
            found = interleaved(legs, rounds=sizes.rounds, before=os.sync)
            machine.ended()
            results.append(
                Result(
                    f"dems upload, {transport}, of {size // MIB} MiB",
                    speed(size, found.seconds["ours"]),
                    f"{speed(size, found.seconds['boto3'])} boto3 upload_file",
                    ratios(found.seconds["boto3"], found.seconds["ours"]),
                    "x",
                    target,
                    sizes.full,
                    machine=machine,
                    details={"seconds": found.seconds},
                )
            )
    return results
