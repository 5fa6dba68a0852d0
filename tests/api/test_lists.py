"""Lists of material over HTTP: drafted, certified, read a page at a time, and handed out as documents."""

import httpx

from tests.conftest import Team
from tests.proceedings import ON_THE_EXHIBIT_LIST, proceeding_of
from tests.world import World


def test_an_exhibit_list_over_http(http: httpx.Client, world: World, team: Team) -> None:
    proceeding = proceeding_of(world, team)
    for ref in ("ABC/1", "ABC/2"):
        proceeding.decide(proceeding.thing(ref), *ON_THE_EXHIBIT_LIST)
    officer, path = proceeding.officer.headers, f"/v1/proceedings/{proceeding.id}/lists"
    draft = http.get(f"{path}/draft", params={"limit": 1}, headers=officer)
    assert (draft.json()["row_count"], len(draft.json()["rows"]), draft.json()["problems"]) == (2, 1, [])
    second = http.get(draft.headers["Link"].split(">")[0].lstrip("<"), headers=officer).json()
    assert [row["cells"]["reference"] for row in second["rows"]] == ["ABC/2"]
    refused = http.post(path, json={"form": "MG12"}, headers=proceeding.uncleared.headers)
    assert (refused.status_code, [p["rule"] for p in refused.json()["problems"]]) == (409, ["R17"])
    assert http.post(path, json={"form": "MG6C"}, headers=officer).status_code == 422
    keyed = {**officer, "Idempotency-Key": "exhibits-1"}
    made, again = (http.post(path, json={"form": "MG12"}, headers=keyed) for _ in range(2))
    assert (made.status_code, again.json()) == (201, made.json())
    listed = made.json()
    assert (listed["name"], listed["signed"]["role"]) == ("MG12, version 1", "disclosure_officer")
    row = listed["rows"][0]
    assert (row["number"], row["cells"]["producer"], row["sha256"], row["withdrawn"]) == (1, "F. Shah", None, False)
    assert row["passed_on"] is None
    anybody = proceeding.member("investigator").headers
    assert [one["id"] for one in http.get(path, headers=anybody).json()["items"]] == [listed["id"]]
    page = http.get(made.headers["Location"], params={"limit": 1}, headers=anybody).json()
    assert (page["sha256"], page["row_count"], len(page["rows"])) == (listed["sha256"], 2, 1)
    document = http.get(f"/v1/lists/{listed['id']}/document", params={"format": "csv"}, headers=anybody)
    assert document.headers["Content-Disposition"] == 'attachment; filename="MG12-version-1.csv"'
    assert '"Custody record of the detained person"' in document.text
    apart = http.get(f"/v1/lists/{listed['id']}/document", params={"passed_on": "true"}, headers=anybody)
    assert apart.status_code == 404
    assert http.get(f"/v1/lists/{listed['id']}", headers=team.outsider.headers).status_code == 404
