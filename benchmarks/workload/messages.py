"""The workload of all benchmarks: a year of a large company.

365 days; 500 agents, each in one of 20 departments (agent mod 20), using 6 of 60 templates with geometric weights
(p = 0.45); 10 accounts, fixed by department; send hour normal around 14 h with 3 h deviation; 4 % bounced, 94 %
delivered, 75 % of those read, 28 % responded with exponential delay of mean 3 h; 80 % with a created ticket.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from analytics.domain.time_zones import SECOND, to_micros

TENANT = "bench"
FIRST_DAY = date(2025, 11, 1)
DAYS = 365
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
AGENTS, DEPARTMENTS, TEMPLATES, TEMPLATES_EACH, ACCOUNTS = 500, 20, 60, 6, 10
GEOMETRIC = 0.45
WORDS = (
    *("gracias", "hola", "quiero", "saber", "el", "estado", "de", "mi", "pedido", "por", "favor", "mañana", "paso"),
    *("a", "pagar", "no", "me", "interesa", "puede", "llamarme", "a", "las", "tres", "cuánto", "cuesta", "sí", "la"),
    *("confirmo", "hora", "buenas", "tardes", "todavía", "no", "llega", "ya", "transferí", "listo", "perfecto"),
)
CODES = (131026, 131049, 131047, 131050, 131000)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message and what became of it; times in microseconds, None for what did not happen."""

    id: str
    sent_at: int
    agent: int
    department: int
    template: int
    account: int
    contact: str
    wamid: str
    ticket: bool
    accepted_at: int | None
    delivered_at: int | None
    read_at: int | None
    failed_at: int | None
    code: int | None
    replied_at: int | None
    reply: str | None


def messages(count: int, seed: int = 7) -> Iterator[Sent]:
    """The messages in the order of their send times, always the same for the same arguments."""
    chance = random.Random(seed)  # noqa: S311 - a workload, not a secret
    used = [_templates_of(agent) for agent in range(AGENTS)]
    weights = [GEOMETRIC * (1 - GEOMETRIC) ** n for n in range(TEMPLATES_EACH)]
    number = 0
    for day in range(DAYS):
        midnight = to_micros(datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time(), UTC))
        today = count * (day + 1) // DAYS - count * day // DAYS
        hours = sorted(min(max(chance.gauss(14, 3), 0), 23.99) for _ in range(today))
        agents = chance.choices(range(AGENTS), k=today)
        choices = chance.choices(range(TEMPLATES_EACH), weights, k=today)
        for hour, agent, choice in zip(hours, agents, choices, strict=True):
            number += 1
            yield _message(chance, number, midnight + int(hour * 3600 * SECOND), agent, used[agent][choice])


def _templates_of(agent: int) -> list[int]:
    """Agents of a department share most of their templates."""
    return [(agent % DEPARTMENTS * 3 + n * 7 + agent // DEPARTMENTS % 2) % TEMPLATES for n in range(TEMPLATES_EACH)]


def _message(chance: random.Random, number: int, sent_at: int, agent: int, template: int) -> Sent:
    department = agent % DEPARTMENTS
    fate = chance.random()
    failed, delivered = fate < 0.04, fate >= 0.06
    accepted_at = None if failed else sent_at + SECOND
    delivered_at = sent_at + 2 * SECOND if delivered else None
    read_at = (
        sent_at + int(chance.expovariate(1 / 600) * SECOND) + 3 * SECOND
        if delivered and chance.random() < 0.75
        else None
    )
    replied_at, reply = None, None
    if delivered and chance.random() < 0.28:
        replied_at = sent_at + int(chance.expovariate(1 / 10_800) * SECOND) + 4 * SECOND
        reply = " ".join(chance.choices(WORDS, k=chance.randint(1, 12)))
    return Sent(
        id=f"m{number:09}",
        sent_at=sent_at,
        agent=agent,
        department=department,
        template=template,
        account=department % ACCOUNTS,
        contact=f"+569{chance.randrange(10_000_000, 99_999_999)}",
        wamid=f"wamid.HBgLNTY5{number:012}FQIAERgSQTk4",
        ticket=chance.random() < 0.8,
        accepted_at=accepted_at,
        delivered_at=delivered_at,
        read_at=read_at,
        failed_at=sent_at + SECOND if failed else None,
        code=chance.choice(CODES) if failed else None,
        replied_at=replied_at,
        reply=reply,
    )
