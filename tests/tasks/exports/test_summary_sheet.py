"""The sheet in front of a workbook's rows."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from hypothesis import given, settings

from analytics.domain.measures.funnel import FunnelStepName
from analytics.domain.message_conditions import MessageConditions, ReplyKind
from analytics.domain.query_spec import AccessScope, Dimension
from analytics.domain.text import Locale
from analytics.domain.time_zones import SECOND
from analytics.domain.whatsapp_errors import NO_CODE
from analytics.storage.database import Database
from tasks.exports.condition_words import describe_conditions
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.exports.summary_sheet import names_of
from tasks.resources import JobResources
from tests.support import factories, strategies
from tests.support.exports import tables
from tests.support.exports.helpers import DAY, POLICY, queue, soon, stored
from tests.support.factories import identity, member, message_sent, supervisor
from tests.support.graphql.view import BASES
from tests.support.ingest_helpers import feed
from tests.support.oracle import Filter, Oracle

STEPS = ("messages", *BASES)


async def exported(resources: JobResources, folder: Path, who: Any, filter: Filter, **options: Any) -> Path:
    """The workbook of an export."""
    export = await queue(resources.database, who, filter, **options)
    await run_export(resources, POLICY, who.tenant_id, export.id)
    return folder / key_of(await stored(resources.database, export))


def summary(path: Path) -> dict[Any, list[Any]]:
    """The lines of the first sheet by their labels."""
    lines = next(iter(tables.read_openpyxl(path).values()))
    return {label: [value for value in values if value != ""] for label, *values in lines}


async def test_a_file_explains_itself(resources: JobResources, tmp_path: Path, tenant: str) -> None:
    events = [
        factories.tenant(),
        factories.department("d1", "Ventas"),
        factories.department("d2", "=Ávila"),
        factories.template("t1", "recordatorio"),
        message_sent("m1", ticket=factories.ticket()),
        message_sent("m2"),
        message_sent("m3", agent_id="other"),
        factories.status("m1", "delivered"),
        factories.status("m2", "failed", code=131026),
    ]
    await feed(resources.database, tenant, events)
    filter = replace(
        DAY,
        departments=frozenset({"d2", "d1"}),
        templates=frozenset({"t1"}),
        agents=frozenset({"u1"}),
        time_zone="Asia/Tokyo",
    )
    who = identity(tenant, name="Ana Díaz", email="ana@acme.cl")
    asked_at = 1_793_620_800 * SECOND
    before = soon()
    path = await exported(resources, tmp_path / "files", who, filter, name="Envíos: marzo", now=asked_at)
    told = summary(path)
    read_at = told.pop("Datos al")[0]
    assert told == {
        "Exportación": ["Envíos: marzo"],
        "Desde (fecha de envío, incluida)": ["2026-11-02"],
        "Hasta (fecha de envío, incluida)": ["2026-11-02"],
        "Zona horaria": ["Asia/Tokyo"],
        "Departamentos": ["=Ávila; Ventas"],
        "Usuarios": ["u1"],
        "Plantillas": ["recordatorio"],
        "Cuentas": ["Sin restricción"],
        "Solicitada por": ["Ana Díaz <ana@acme.cl>"],
        "Solicitada el": [datetime(2026, 11, 2, 21, 0)],  # noqa: DTZ001  a spreadsheet's times have no zone
        "Filas": [2],
        "": [],
        "Embudo": ["Mensajes", "Tickets creados", "Tasa"],
        "Mensajes": [2, 1],
        "Enviados": [1, 1, 0.5, "de los mensajes"],
        "Rebotados": [1, 0, 0.5, "de los mensajes"],
        "Pendientes": [0, 0, 0, "de los mensajes"],
        "Entregados": [1, 1, 1, "de los enviados"],
        "Leídos": [0, 0, 0, "de los entregados"],
        "Respondidos": [0, 0, 0, "de los entregados"],
    }
    assert before // SECOND - 1 <= (read_at - datetime(1970, 1, 1, 9)).total_seconds()  # noqa: DTZ001  Tokyo is UTC+9
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    assert book.active.title == "Envíos"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book.worksheets] == [False, True]


async def test_what_is_narrowed_and_what_is_empty(resources: JobResources, tmp_path: Path, tenant: str) -> None:
    await feed(resources.database, tenant, [factories.department(), member("s1", "d1")])
    filter = replace(DAY, agents=frozenset())
    told = summary(await exported(resources, tmp_path / "files", supervisor(tenant), filter, locale=Locale.EN))
    assert (told["Departments"], told["Users"], told["Templates"]) == (["Ventas"], ["None"], ["No restriction"])
    assert (told["Requested by"], told["Time zone"], told["Rows"]) == (["s1"], ["UTC"], [0])
    assert told["Delivered"] == [0, 0, "of sent"]  # no rate of nothing


@settings(max_examples=10)
@given(case=strategies.cases(by_template=True))
async def test_the_funnel_is_the_oracles(
    database: Database, resources: JobResources, tmp_path: Path, case: tuple[list[dict[str, Any]], Filter]
) -> None:
    events, filter = case
    tenant = uuid4().hex
    await feed(database, tenant, events)
    path = await exported(resources, tmp_path / "files", identity(tenant), filter, locale=Locale.EN)
    oracle = Oracle(events)
    funnel = oracle.funnel(oracle.select(filter))
    told = summary(path)
    assert {step: tuple(told[step.capitalize()][:2]) for step in STEPS} == {step: funnel[step] for step in STEPS}
    for step, of in BASES.items():
        count, base = funnel[step][0], funnel[of][0]
        rate = [count / base] if base else []
        assert [value for value in told[step.capitalize()][2:] if not isinstance(value, str)] == pytest.approx(rate)


async def test_values_that_the_directory_does_not_name_are_shown_as_they_are(database: Database, tenant: str) -> None:
    await feed(database, tenant, [factories.department("es", "Ventas")])
    languages = Dimension("languages", "language", "languages", "languages", {})
    async with database.read() as reader:
        names = await names_of(reader, AccessScope(tenant, None), languages, frozenset({"pt", "es", "en"}))
    assert names == ["en", "es", "pt"]


@pytest.mark.parametrize("locale", Locale)
async def test_it_speaks_every_language_in_full(resources: JobResources, tmp_path: Path, locale: Locale) -> None:
    told = summary(await exported(resources, tmp_path / "files", identity(uuid4().hex), DAY, locale=locale))
    assert len(told) == 21


@pytest.mark.parametrize(
    ("where", "locale", "line"),
    [
        ({"step": FunnelStepName.DELIVERED, "reached": False}, Locale.ES, "enviados y no entregados"),
        ({"step": FunnelStepName.BOUNCED, "created_ticket": True}, Locale.EN, "bounced; that created their ticket"),
        (
            {"bounce_codes": frozenset({NO_CODE, 131026, 9})},
            Locale.ES,
            "rebotados por: WhatsApp no indicó el motivo, Error 9 (9), "
            "No se pudo entregar: el número puede no estar en WhatsApp (131026)",
        ),
        ({"reply_weekday": 3, "reply_hour": 9}, Locale.ES, "respondidos: miércoles 9:00–9:59"),
        (
            {"reply_kinds": frozenset({ReplyKind.BUTTON, ReplyKind.OTHER}), "text": "DESK-"},
            Locale.EN,
            "with a reply of kind: Button, Other; whose phone, ticket or id begins with DESK-",
        ),
    ],
)
def test_conditions_have_words(where: dict[str, Any], locale: Locale, line: str) -> None:
    assert describe_conditions(MessageConditions(**where), locale)[1] == line


async def test_a_file_has_the_messages_of_its_conditions_alone(
    resources: JobResources, tmp_path: Path, tenant: str
) -> None:
    events = [factories.tenant(), *(message_sent(f"m{n}") for n in range(4))]
    events += [
        factories.status("m1", "accepted"),
        factories.status("m2", "delivered"),
        factories.status("m3", "failed"),
    ]
    await feed(resources.database, tenant, events)
    where = MessageConditions(step=FunnelStepName.DELIVERED, reached=False)
    path = await exported(resources, tmp_path / "files", identity(tenant), DAY, where=where)
    told = summary(path)
    assert (told["Solo mensajes"], told["Filas"], told["Mensajes"][0]) == (["enviados y no entregados"], [1], 1)
    _, sends = tables.read_openpyxl(path).values()
    assert [cell for row in sends for cell in row if str(cell).startswith("m")] == ["m1"]


async def test_names_of_what_a_supervisor_may_not_see_are_not_told(
    database: Database, resources: JobResources, tmp_path: Path, tenant: str
) -> None:
    """Whoever names an id of another department learns no more than of one that is nowhere."""
    events = [factories.tenant(), member("s1", "d1"), factories.department("d1"), factories.department("d2", "Other")]
    events += [factories.agent("u1", "Ana"), factories.agent("u2", "Hidden"), factories.template("t2", "hidden")]
    events += [
        factories.message_sent("m1"),
        factories.message_sent("m2", department_id="d2", agent_id="u2", template_id="t2"),
    ]
    await feed(database, tenant, events)
    filter = replace(
        DAY, agents=frozenset({"u1", "u2", "nope"}), templates=frozenset({"t2"}), excluded_agents=frozenset({"u2"})
    )
    told = summary(await exported(resources, tmp_path / "files", supervisor(tenant), filter, locale=Locale.EN))
    assert (told["Users"], told["Templates"], told["Except users"]) == (["Ana; nope; u2"], ["t2"], ["u2"])
    told = summary(await exported(resources, tmp_path / "files", identity(tenant), filter, locale=Locale.EN))
    assert (told["Users"], told["Templates"], told["Except users"]) == (["Ana; Hidden; nope"], ["hidden"], ["Hidden"])
