"""A SQLite file that is damaged while the service runs: whoever asks may ask again when it is restored."""

import json
from pathlib import Path

from tests.service.auth.test_download_links import EXPORT, LINKS, VIEWER
from tests.support.factories import identity, message_sent
from tests.support.servers.server import Server, running


def post(server: Server, id: str) -> tuple[int, str]:
    """Post a message; gives the answer's status and the sentence of its error."""
    headers = server.headers(identity("acme", "ingest"))
    answer = server.client.post("/v1/events", content=json.dumps(message_sent(id)), headers=headers)
    return answer.status_code, answer.json().get("error", {}).get("message", "")


def test_senders_come_again_and_balancers_go_elsewhere(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert post(server, "m1") == (200, "")
        assert server.client.get("/readyz").status_code == 200
        for file in (*tmp_path.rglob("*.db"), *tmp_path.rglob("*.db-wal")):
            size = file.stat().st_size
            with file.open("r+b") as damaged:
                damaged.write(b"no database" * (size // 11))
        for id in ("m2", "m3"):
            status, sentence = post(server, id)
            assert status == 503
            assert "damaged" in sentence
        ready = server.client.get("/readyz")
        assert ready.status_code == 503
        assert "database: damaged" in ready.text
        download = server.client.get(LINKS.sign(VIEWER, EXPORT))
        assert download.status_code == 503
        assert "malformed" not in download.text
        assert "not a database" not in download.text
