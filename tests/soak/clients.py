"""Those who feed the service: processes that send their share of all bodies and repeat what was not answered well."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import httpx

from analytics.domain.access import Identity
from service.auth.tokens import TokenService
from tests.soak.deliveries import Delivery, deliveries
from tests.soak.tenants import tenant_data
from tests.support import webhooks
from tests.support.servers.server import PATIENCE, SECRET

APP_SECRET, VERIFY_TOKEN = "the app's secret", "the token of the handshake"
AGAIN_AFTER = 0.5  # seconds; what `Retry-After` asks for is waited for as well
EXPECTED = {"200", "429", "503", "no answer"}


@dataclass(frozen=True)
class Plan:
    """The work of a soak: so many tenants of so many messages, by so many clients, spread over so many seconds."""

    seed: int
    tenants: int
    messages: int
    clients: int
    seconds: float


@dataclass
class Tally:
    """The work of a client, and the responses that it did not expect."""

    events: int = 0  # repeated ones count again
    bodies: int = 0
    answers: Counter[str] = field(default_factory=Counter)  # by HTTP status
    problems: list[str] = field(default_factory=list)


def share(plan: Plan, number: int) -> list[Delivery]:
    """Return the deliveries of a client, in its order."""
    everyone = (tenant_data(plan.seed, n, plan.messages) for n in range(plan.tenants))
    all_of_them = [delivery for one in everyone for delivery in deliveries(one, plan.seed)]
    Random(plan.seed).shuffle(all_of_them)
    return all_of_them[number :: plan.clients]


def deliver(plan: Plan, number: int, urls: list[str]) -> Tally:
    """Be client `number`: send each of its bodies in its time, again and again until it is answered well."""
    waiting, tally = share(plan, number), Tally()
    rng, started = Random(f"client {plan.seed} {number}"), time.monotonic()
    pause = plan.seconds / max(len(waiting), 1)
    due = [(started + n * pause, delivery) for n, delivery in enumerate(waiting)]
    with httpx.Client(timeout=PATIENCE) as client:
        while due:
            at, delivery = due.pop(0)
            time.sleep(max(at - time.monotonic(), 0))
            again = _send(client, rng.choice(urls), delivery, tally)
            if again is not None:
                due.append((time.monotonic() + again, delivery))
                due.sort(key=lambda item: item[0])
    return tally


def _send(client: httpx.Client, url: str, delivery: Delivery, tally: Tally) -> float | None:
    """Send a body; in how many seconds to send it again, or None when that is not needed."""
    try:
        answer = client.post(url + _path(delivery), content=delivery.body, headers=_headers(delivery))
    except httpx.TransportError:
        tally.answers["no answer"] += 1
        return AGAIN_AFTER
    tally.answers[str(answer.status_code)] += 1
    if answer.status_code != 200:
        if str(answer.status_code) not in EXPECTED:
            tally.problems.append(f"{_path(delivery)} answered {answer.status_code}: {answer.text[:300]}")
        return AGAIN_AFTER + float(answer.headers.get("retry-after", 0))
    tally.bodies += 1
    tally.events += delivery.events
    if not delivery.whatsapp and answer.json()["rejected"]:
        tally.problems.append(f"{delivery.tenant}: lines were rejected: {answer.text[:300]}")
    return None


def _path(delivery: Delivery) -> str:
    return f"/webhooks/whatsapp/{delivery.tenant}" if delivery.whatsapp else "/v1/events"


def _headers(delivery: Delivery) -> dict[str, str]:
    if delivery.whatsapp:
        return {"X-Hub-Signature-256": webhooks.signature(delivery.body, APP_SECRET)}
    token = TokenService(SECRET).issue(Identity("platform", delivery.tenant, "INGEST"), timedelta(hours=1))
    packed = {"Content-Encoding": "gzip"} if delivery.packed else {}
    return {"Authorization": f"Bearer {token}"} | packed
