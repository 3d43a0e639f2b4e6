"""The people and things of the demo tenant: tables, and the directory statements that follow from them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

TENANT_NAME = "Comercial Andes"
TIME_ZONE = "America/Santiago"
EMAIL_DOMAIN = "comercialandes.cl"


@dataclass(frozen=True)
class Person:
    """Someone who can sign in to the demo; `role` is the token's role."""

    user_id: str
    name: str
    email: str
    role: str


@dataclass(frozen=True)
class Department:
    """A department of the demo: its `share` (0 to 1) of all messages, its sender account, and its templates by use."""

    id: str
    name: str
    share: int
    account: str
    templates: tuple[str, ...]


@dataclass(frozen=True)
class Agent:
    """An agent of the demo; `joined` is when they began, as a share (0 to 1) of the history."""

    id: str
    name: str
    departments: tuple[str, ...]
    joined: float = 0.0

    @property
    def email(self) -> str:
        first, last, *_ = _unaccented(self.name).lower().split()
        return f"{first}.{last}@{EMAIL_DOMAIN}"


@dataclass(frozen=True)
class Account:
    """A WhatsApp number the tenant sends from."""

    id: str
    name: str
    phone: str
    phone_number_id: str


@dataclass(frozen=True)
class Template:
    """An approved message, with Meta's category."""

    id: str
    name: str
    category: str


@dataclass(frozen=True)
class Statement:
    """A directory event without its time: `progress` is when it is made, as a share (0 to 1) of the history."""

    progress: float
    type: str
    body: dict[str, Any]

    @property
    def entities(self) -> list[dict[str, Any]]:
        """Return the department, agent, account or template that the event describes, as a list of one or none."""
        return [value for value in self.body.values() if isinstance(value, dict)]


PEOPLE = (
    Person("p1", "Marcela Undurraga", f"marcela.undurraga@{EMAIL_DOMAIN}", "administrator"),
    Person("p2", "Tomás Echeverría", f"tomas.echeverria@{EMAIL_DOMAIN}", "analyst"),
    Person("p3", "Verónica Salinas", f"veronica.salinas@{EMAIL_DOMAIN}", "supervisor"),
    Person("p4", "Rodrigo Ibáñez", f"rodrigo.ibanez@{EMAIL_DOMAIN}", "supervisor"),
)

MEMBERSHIPS = (
    Statement(0.0, "member.added", {"user_id": "p3", "department_id": "d1"}),
    Statement(0.0, "member.added", {"user_id": "p3", "department_id": "d5"}),
    Statement(0.5, "member.removed", {"user_id": "p3", "department_id": "d5"}),
    Statement(0.5, "member.added", {"user_id": "p3", "department_id": "d6"}),
    Statement(0.0, "member.added", {"user_id": "p4", "department_id": "d2"}),
)

DEPARTMENTS = (
    Department("d1", "Ventas", 26, "a1", ("t01", "t02", "t03", "t15", "t16", "t04")),
    Department("d2", "Cobranza", 22, "a3", ("t05", "t06", "t07", "t16")),
    Department("d3", "Soporte Técnico", 15, "a2", ("t15", "t08", "t17", "t13", "t18")),
    Department("d4", "Postventa", 12, "a2", ("t17", "t09", "t15", "t04")),
    Department("d5", "Logística", 10, "a2", ("t10", "t09", "t11", "t16")),
    Department("d6", "Renovaciones", 9, "a1", ("t12", "t16", "t03", "t14")),
    Department("d7", "Fidelización", 6, "a4", ("t04", "t03", "t02", "t17")),
    Department("d8", "Televentas Ñuble", 7, "a1", ("t01", "t03", "t14")),
)

ACCOUNTS = (
    Account("a1", "Comercial Andes Ventas", "+56932104410", "109846215330741"),
    Account("a2", "Comercial Andes Servicio al Cliente", "+56932104420", "109846215330752"),
    Account("a3", "Comercial Andes Cobranza", "+56932104430", "112377480916205"),
    Account("a4", "Club Andes", "+56932104440", "118520077341968"),
)

TEMPLATES = (
    Template("t01", "seguimiento_cotizacion", "MARKETING"),
    Template("t02", "bienvenida_cliente_nuevo", "MARKETING"),
    Template("t03", "oferta_temporada", "MARKETING"),
    Template("t04", "club_andes_beneficios", "MARKETING"),
    Template("t05", "recordatorio_pago", "UTILITY"),
    Template("t06", "aviso_vencimiento_factura", "UTILITY"),
    Template("t07", "propuesta_convenio_pago", "UTILITY"),
    Template("t08", "visita_tecnica_agendada", "UTILITY"),
    Template("t09", "estado_devolucion", "UTILITY"),
    Template("t10", "despacho_en_camino", "UTILITY"),
    Template("t11", "reagendar_entrega", "UTILITY"),
    Template("t12", "renovacion_contrato", "UTILITY"),
    Template("t13", "codigo_verificacion", "AUTHENTICATION"),
    Template("t14", "codigo_firma_contrato", "AUTHENTICATION"),
    Template("t15", "retomar_conversacion", "SERVICE"),
    Template("t16", "solicitud_documentos", "SERVICE"),
    Template("t17", "encuesta_satisfaccion", "SERVICE"),
    Template("t18", "cierre_de_caso", "SERVICE"),
)

AGENTS = (
    Agent("u01", "Camila Rojas Fuentes", ("d1",)),
    Agent("u02", "Matías González Soto", ("d1",)),
    Agent("u03", "Constanza Muñoz Parra", ("d1", "d7")),
    Agent("u04", "Benjamín Díaz Araya", ("d1",)),
    Agent("u05", "Javiera Contreras Lillo", ("d1",)),
    Agent("u06", "Sebastián Silva Cáceres", ("d1", "d8")),
    Agent("u07", "Fernanda Martínez Oyarzún", ("d1",)),
    Agent("u08", "Diego Sepúlveda Rivas", ("d1",), joined=0.25),
    Agent("u09", "Antonia Morales Vera", ("d1",), joined=0.6),
    Agent("u10", "Ignacio Rodríguez Peña", ("d2",)),
    Agent("u11", "Valentina López Henríquez", ("d2",)),
    Agent("u12", "Cristóbal Fuentes Tapia", ("d2",)),
    Agent("u13", "Daniela Hernández Núñez", ("d2", "d6")),
    Agent("u14", "Felipe Torres Garrido", ("d2",)),
    Agent("u15", "Paula Araneda Cifuentes", ("d2",)),
    Agent("u16", "Nicolás Castillo Bravo", ("d2",), joined=0.4),
    Agent("u17", "Francisca Espinoza Leiva", ("d3",)),
    Agent("u18", "Joaquín Valenzuela Ortiz", ("d3",)),
    Agent("u19", "Catalina Castro Molina", ("d3", "d4")),
    Agent("u20", "Vicente Reyes Poblete", ("d3",)),
    Agent("u21", "Macarena Gutiérrez Sáez", ("d3",)),
    Agent("u22", "Gonzalo Pizarro Campos", ("d3",), joined=0.5),
    Agent("u23", "Isidora Vásquez Toro", ("d4",)),
    Agent("u24", "Martín Tapia Zúñiga", ("d4",)),
    Agent("u25", "Carolina Riquelme Jara", ("d4",)),
    Agent("u26", "Álvaro Cortés Guzmán", ("d4",)),
    Agent("u27", "Josefa Carrasco Yáñez", ("d5",)),
    Agent("u28", "Claudio Huenchumán Lincopi", ("d5",)),
    Agent("u29", "Pamela Saavedra Ríos", ("d5", "d4")),
    Agent("u30", "Esteban Alarcón Medel", ("d5",)),
    Agent("u31", "Trinidad Figueroa Salas", ("d6",)),
    Agent("u32", "Rubén Jiménez Olivares", ("d6",)),
    Agent("u33", "Bárbara Navarro Quezada", ("d6", "d1")),
    Agent("u34", "Maximiliano Vega Arancibia", ("d6",), joined=0.3),
    Agent("u35", "Rocío Sandoval Ulloa", ("d7",)),
    Agent("u36", "Andrés Miranda Aguilera", ("d7",)),
    Agent("u37", "Soledad Peñaloza Barra", ("d8",)),
    Agent("u38", "Héctor Cárdenas Mansilla", ("d8",)),
    Agent("u39", "Ximena Bustos Godoy", ("d8", "d1")),
    Agent("u40", "Emilia O'Higgins Larraín", ("d2",), joined=0.75),
)


@dataclass(frozen=True)
class Change:
    """New `fields` of the entity `id`, from `progress` (a share of the history, 0 to 1) on."""

    progress: float
    id: str
    fields: dict[str, Any]


CHANGES = (
    Change(0.22, "u05", {"active": False}),
    Change(0.38, "u24", {"active": False}),
    Change(0.45, "u19", {"name": "Catalina Castro de Iturriaga"}),
    Change(0.52, "t03", {"name": "oferta_fin_de_temporada"}),
    Change(0.58, "u37", {"active": False}),
    Change(0.58, "d8", {"active": False}),
    Change(0.66, "t12", {"category": "MARKETING"}),
    Change(0.71, "u14", {"active": False}),
    Change(0.84, "u30", {"active": False}),
    Change(0.9, "t18", {"active": False}),
)


def statements() -> list[Statement]:
    """Return all directory events of the demo in order of time; a change repeats the whole entity."""
    current = {first.body[kind]["id"]: (kind, first) for kind, first in _first_statements()}
    all_statements = [_tenant(), *MEMBERSHIPS, *(first for _, first in current.values())]
    for change in CHANGES:
        kind, before = current[change.id]
        after = Statement(change.progress, before.type, {kind: before.body[kind] | change.fields})
        current[change.id] = kind, after
        all_statements.append(after)
    return sorted(all_statements, key=lambda statement: statement.progress)


def meta_id(template: str) -> str:
    """Return Meta's id of a template."""
    number = next(number for number, each in enumerate(TEMPLATES) if each.id == template)
    return str(168_900_417_220 + 7_919 * number)


def _tenant() -> Statement:
    body = {"time_zone": TIME_ZONE, "name": TENANT_NAME, "reply_window_days": 7}
    return Statement(0.0, "tenant.upserted", body)


def _first_statements() -> Iterator[tuple[str, Statement]]:
    for department in DEPARTMENTS:
        yield _upsert("department", {"id": department.id, "name": department.name, "active": True})
    for account in ACCOUNTS:
        yield _upsert("account", asdict(account))
    for template in TEMPLATES:
        meta = {"language": "es_CL", "meta_id": meta_id(template.id), "active": True}
        yield _upsert("template", asdict(template) | meta)
    for agent in AGENTS:
        body = {"id": agent.id, "name": agent.name, "email": agent.email, "active": True}
        yield _upsert("agent", body, agent.joined)


def _upsert(kind: str, entity: dict[str, Any], progress: float = 0.0) -> tuple[str, Statement]:
    return kind, Statement(progress, f"{kind}.upserted", {kind: entity})


def _unaccented(text: str) -> str:
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if letter.isascii() and (letter.isalpha() or letter == " "))
