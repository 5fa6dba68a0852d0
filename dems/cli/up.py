"""`dems up`, and what else is done to a whole installation."""

from pathlib import Path
from typing import Annotated

import typer

from dems.cli.people import Json


def up(
    data_dir: Annotated[
        Path | None, typer.Option(help="Where everything is kept; else DEMS_DATA_DIR, else ./data", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The first port to try for the API; else 8000", show_default=False),
    ] = None,
) -> None:
    """Run everything on this machine until Ctrl-C: database, store, broker, workers and API.

    Example: dems up --data-dir /srv/dems --port 8000
    """
    from dems.cli.installation import keep_running  # noqa: PLC0415  (client commands do not wait for its imports)

    keep_running(data_dir, port)


def migrate() -> None:
    """Bring the database to the newest schema, as its owner.

    Example: DEMS_DATABASE__OWNER_URL=postgresql://owner:…@db/dems dems migrate
    """
    from dems.cli.database import bring_to_head  # noqa: PLC0415  (client commands do not wait for its imports)

    bring_to_head()


def doctor(
    chains: Annotated[int, typer.Option(min=0, help="How many of the newest items' chains to verify")] = 100,
    as_json: Json = False,
) -> None:
    """The state of every part, the store's self-check included; exit 1 with the reason if something is wrong.

    Example: dems doctor --chains 1000
    """
    from dems.cli.doctor.command import examine  # noqa: PLC0415  (client commands do not wait for its imports)

    examine(chains=chains, as_json=as_json)


def demo(
    evidence: Annotated[
        Path | None, typer.Option(help="A folder of your own files; else samples are made", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the results are left")] = Path("demo-out"),
) -> None:
    """Take files through the whole life of evidence, on real engines in a throw-away folder.

    Example: dems demo --evidence ~/Pictures
    """
    from dems.cli.demo.tour import tour  # noqa: PLC0415  (client commands do not wait for its imports)

    tour(evidence, out)


def seed_demo(
    years: Annotated[int, typer.Option(min=1, max=20, help="Plan years, the last of which ends on 31 March 2022")] = 1,
    scale: Annotated[float, typer.Option(min=0.001, max=20, help="How much of what the body does in a year")] = 0.05,
    seed: Annotated[int, typer.Option(min=0, help="The same number makes the same history")] = 1,
) -> None:
    """Put a synthetic history of cases into a database that holds no case; refused on any other.

    Example: DEMS_DATA_DIR=./playground dems seed-demo --years 2 --scale 0.1 --seed 7
    """
    from dems.cli.seed.command import seed_history  # noqa: PLC0415  (client commands do not wait for its imports)

    seed_history(years=years, scale=scale, seed=seed)
