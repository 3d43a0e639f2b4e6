"""The time that WhatsApp waits for a response, against the least that a response could cost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.support.measuring import Result, compared, percentile_95, timed
from benchmarks.support.postgresql import empty_database, native
from benchmarks.support.serving import ADMINISTRATOR, answers, free_port, serving
from benchmarks.workload.data import FOLDER
from benchmarks.workload.messages import TENANT
from service.ingest.webhooks import signature

BODIES, STATUSES = 200, 1_000
SECRET = "the secret of the benchmarks' app"  # noqa: S105


def body() -> bytes:
    """A body of as many statuses as Meta puts into one."""
    statuses = [
        {"id": f"wamid.HBgLNTY5{n:012}FQIAERgSQTk4", "status": "read", "timestamp": "1770000000", "recipient_id": "569"}
        for n in range(STATUSES)
    ]
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "pn0"}, "statuses": statuses}
    entry = {"id": "1", "time": 1_770_000_000, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def results(quick: bool) -> Iterator[Result]:
    """The result; each body is stored, and in ours also applied meanwhile."""
    count = BODIES // 10 if quick else BODIES
    sent = body()
    headers = {"X-Hub-Signature-256": signature(sent, SECRET)}
    secrets = FOLDER / "webhooks.json"
    secrets.write_text(json.dumps({"*": {"app_secret": SECRET, "verify_token": "x"}}))
    file = str(secrets.absolute())
    with empty_database() as url, serving(url, ADMINISTRATOR, EMBUDO_WEBHOOKS_FILE=file) as (client,):
        ours = percentile_95(timed(lambda: client.post(f"/webhooks/whatsapp/{TENANT}", sent, headers)), count)
    with empty_database() as url, bare(native(url)) as http:
        least = percentile_95(timed(lambda: http.post("/", content=sent).raise_for_status()), count)
    yield compared("webhook_ack_vs_insert", ours, least, "ms", "<= 2")


@contextmanager
def bare(database: str) -> Iterator[httpx.Client]:
    """The reference in a process of its own, and a client for it."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "benchmarks.support.bare", database, str(port)]) as process:  # noqa: S603
        try:
            answers(port)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
                yield http
        finally:
            process.terminate()
