"""A package is fetched in ranges, so that a broken download is gone on with: over HTTP, from a real store."""

import hashlib

import httpx

from dems.bootstrap import Dems
from dems.engines import Connections
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.ids import ExportId
from dems.ports import Page
from tests.conftest import Team
from tests.usecases.keeping_the_log import KeptLog
from tests.world import World


def test_a_package_is_gone_on_with_where_its_download_broke(
    http: httpx.Client, dems: Dems, world: World, team: Team, engines: Connections
) -> None:
    lead = world.somebody("lead_investigator")
    world.join(team.case, lead, "lead_investigator", by=team.manager)
    world.sealed(team.investigator, team.case, bytes(range(256)) * 40)
    body = {"bytes": True, "recipient": "Coroner for Gwent", "reason": "inquest"}
    asked = http.post(f"/v1/cases/{team.case.id}/exports", json=body, headers=lead.headers)
    assert asked.status_code == 202, asked.text
    export = asked.json()["id"]
    keeper = KeptLog(engines)
    try:
        keeper.catch_up()
        with keeper:
            dems.exporting.make(ExportId(export))
    finally:
        keeper.close()
    path, found = f"/v1/exports/{export}/content", http.get(f"/v1/exports/{export}", headers=lead.headers).json()
    size = found["size"]
    first = http.get(path, headers={**lead.headers, "Range": "bytes=0-999"})
    rest = http.get(path, headers={**lead.headers, "Range": "bytes=1000-"})
    last = http.get(path, headers={**lead.headers, "Range": "bytes=-22"})
    assert [a.status_code for a in (first, rest, last)] == [206, 206, 206]
    assert first.headers["Content-Range"] == f"bytes 0-999/{size}"
    assert rest.headers["Content-Range"] == f"bytes 1000-{size - 1}/{size}"
    assert (len(first.content), len(rest.content)) == (1000, size - 1000)
    whole = first.content + rest.content
    assert hashlib.sha256(whole).hexdigest() == found["sha256"]
    assert last.content == whole[-22:]
    assert first.headers["Repr-Digest"] == rest.headers["Repr-Digest"], "the digest is that of the whole"
    beyond = http.get(path, headers={**lead.headers, "Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert http.get(path, headers=team.outsider.headers).status_code == 404
    with dems.transaction() as tx:
        fetched = tx.custody.chain(of_case(team.case.id), Page(500), acts={Act.EXPORT_CONTENT})
    assert len(fetched) == 3, "each fetching, also of a part, is an entry"
