"""WebSockets: who may stay and for how long, and what they are answered."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.websockets import WebSocket, WebSocketState
from strawberry.http.exceptions import WebSocketDisconnected
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as dial
from websockets.typing import Subprotocol

from analytics.domain.access import Identity
from analytics.domain.limits import MAX_BODY_BYTES
from analytics.storage.database import Database
from graphql_schema.context import Context
from graphql_schema.extensions import document_validation
from graphql_schema.schema import build_schema, schema
from service.auth.tokens import LEEWAY, TokenService
from service.graphql.concurrency import MAX_SUBSCRIPTIONS
from service.graphql.endpoint import GraphQLDependencies, GraphQLEndpoint
from service.graphql.http import MAX_ANONYMOUS_MESSAGE, MAX_VALUES
from service.graphql.websocket import (
    CONNECTION_INIT_TIMEOUT,
    MAX_ANONYMOUS_SOCKETS,
    MAX_MESSAGES_BEFORE_ACK,
    MAX_SOCKETS,
    TOO_MANY_REQUESTS,
    WebSocketAdapter,
)
from tests.support import factories
from tests.support.factories import identity, link, member, message_sent, supervisor
from tests.support.fakes import FakeExportQueue
from tests.support.servers.server import SECRET, Server, running
from tests.support.servers.websockets import open_socket

FRIEND = "https://desk.example"
WEEK = 'filter: {sentOn: {from: "2026-11-02", to: "2026-11-08"}}'
COUNT = "{ campaignAnalytics(%s) { funnel { messages } } }" % WEEK  # noqa: UP031  braces are GraphQL's
CREATE = 'mutation { createExport(input: {name: "x", %s}) { export { id } } }' % WEEK  # noqa: UP031
FOLLOW = "subscription S($id: ID!) { exportUpdated(id: $id) { status } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service whose exports wait for ever: nobody listens where their messages go."""
    settings = {"EMBUDO_ALLOWED_ORIGINS": FRIEND, "EMBUDO_BROKER_URL": "redis://127.0.0.1:1"}
    with running(tmp_path_factory.mktemp("sockets"), **settings) as server:
        yield server


def short_token(who: Identity, seconds: float) -> dict[str, str]:
    """Return the headers of a token that is valid for so many seconds."""
    return {"Authorization": f"Bearer {TokenService(SECRET).issue(who, timedelta(seconds=seconds - LEEWAY))}"}


def waiting_export(server: Server, who: Identity) -> str:
    created: str = server.ask(who, CREATE)["createExport"]["export"]["id"]
    return created


async def test_a_connection_ends_with_its_token(server: Server, tenant: str) -> None:
    who = identity(tenant)
    id = waiting_export(server, who)
    async with open_socket(server.url, short_token(who, 8)) as socket:
        await socket.subscribe(FOLLOW, variables={"id": id})
        assert (await socket.hear())["payload"]["data"] == {"exportUpdated": {"status": "QUEUED"}}
        assert await socket.hear() == 4403


async def test_a_subscription_ends_when_its_viewer_loses_access(server: Server, tenant: str) -> None:
    who = supervisor(tenant)
    await asyncio.to_thread(server.feed, tenant, [message_sent("m1"), member("s1", "d1")])
    id = waiting_export(server, who)
    async with open_socket(server.url, server.headers(who)) as socket:
        await socket.subscribe(FOLLOW, variables={"id": id})
        assert (await socket.hear())["type"] == "next"
        await asyncio.to_thread(server.feed, tenant, [member("s1", "d1", factories.MONDAY, added=False)])
        answer = await socket.hear()
        assert answer["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert (await socket.hear())["type"] == "complete"
        # The connection itself stays: the person may still ask for what they may see.
        assert (await socket.ask("{ viewer { departments { id } } }"))["payload"]["data"] == {
            "viewer": {"departments": []}
        }


async def test_one_viewer_follows_so_many_exports_however_many_sockets(server: Server, tenant: str) -> None:
    who = identity(tenant)
    id = waiting_export(server, who)
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(open_socket(server.url, server.headers(who)))
            for _ in range(MAX_SUBSCRIPTIONS // 20 + 1)
        ]
        for n in range(MAX_SUBSCRIPTIONS):
            await sockets[n // 20].subscribe(FOLLOW, id=str(n), variables={"id": id})
            assert (await sockets[n // 20].hear())["type"] == "next"
        last = sockets[-1]
        refused = await last.ask("{ viewer { id } }")
        assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        eye = server.headers(identity(tenant, "analyst", "eye"))
        other = await stack.enter_async_context(open_socket(server.url, eye))
        assert (await other.ask("{ viewer { id } }"))["payload"]["data"] == {"viewer": {"id": "eye"}}
        await sockets[0].say({"id": "0", "type": "complete"})
        # Its place is free as soon as that has been heard.
        for _ in range(200):
            if (await last.ask("{ viewer { id } }"))["type"] == "next":
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("no place became free")


async def test_every_operation_is_answered_from_its_own_moment(server: Server, tenant: str) -> None:
    async with open_socket(server.url, server.headers(identity(tenant))) as socket:
        for sent in range(1, 4):
            await asyncio.to_thread(server.feed, tenant, [message_sent(f"m{sent}")])
            answer = await socket.ask(COUNT, id=str(sent))
            assert answer["payload"]["data"] == {"campaignAnalytics": {"funnel": {"messages": sent}}}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"authorization": 7}])
async def test_without_a_token_there_is_nothing(server: Server, headers: Any) -> None:
    async with open_socket(server.url, headers) as socket:
        for query in (COUNT, 'subscription { exportUpdated(id: "x") { id } }', "{ " + "__typename " * 1_000 + "}"):
            assert "UNAUTHENTICATED" in json.dumps(await socket.ask(query))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", FRIEND + ".evil.example", "http://desk.example"])
async def test_pages_of_strangers_may_not_connect(server: Server, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with open_socket(server.url, {}, origin):
            pass


@pytest.mark.parametrize("origin", [None, FRIEND])
async def test_others_may(server: Server, tenant: str, origin: str | None) -> None:
    async with open_socket(server.url, server.headers(identity(tenant)), origin or server.url) as socket:
        assert (await socket.ask("{ __typename }"))["payload"]["data"] == {"__typename": "Query"}


PAYLOAD = {"query": "{ __typename }"}
NO_MESSAGES = {
    "no JSON": "{",
    "a number": "7",
    "a list": "[1]",
    "nested": "[" * 50_000,
    "no type": "{}",
    "a type that is none": '{"type": {}}',
    "another type": '{"type": "next"}',
    "a type that is half a character": '{"type": "\\ud800"}',
    "a type that is longer than a reason": json.dumps({"type": "é" * 100}),
    "no payload": '{"type": "subscribe", "id": "1"}',
    "no id": json.dumps({"type": "subscribe", "payload": PAYLOAD}),
    "an id that is none": json.dumps({"type": "subscribe", "id": [1], "payload": PAYLOAD}),
    "variables that are none": json.dumps({"type": "subscribe", "id": "1", "payload": {**PAYLOAD, "variables": [1]}}),
    "a name that is none": json.dumps({"type": "subscribe", "id": "1", "payload": {**PAYLOAD, "operationName": {}}}),
    "complete without id": '{"type": "complete"}',
    "complete with an odd id": '{"type": "complete", "id": {}}',
}


@pytest.mark.parametrize("message", NO_MESSAGES.values(), ids=NO_MESSAGES.keys())
async def test_what_is_no_message_closes_the_connection(server: Server, tenant: str, message: str) -> None:
    async with open_socket(server.url, server.headers(identity(tenant))) as socket:
        await socket.say(message)
        assert await socket.hear() == 4400


@pytest.mark.parametrize("id", ["\ud800", "x" * 500])
async def test_an_id_that_is_in_use_closes_the_connection_whatever_it_is(server: Server, tenant: str, id: str) -> None:
    waiting = waiting_export(server, identity(tenant))
    async with open_socket(server.url, server.headers(identity(tenant))) as socket:
        for _ in range(2):
            await socket.subscribe(FOLLOW, id=id, variables={"id": waiting})
        while isinstance(heard := await socket.hear(), dict):
            assert heard["id"] == id
        assert heard == 4409


@pytest.mark.parametrize("signed", [True, False])
async def test_a_large_message_closes_the_connection(server: Server, tenant: str, signed: bool) -> None:
    async with open_socket(server.url, server.headers(identity(tenant)) if signed else {}) as socket:
        await socket.say('{"type": "ping", "payload": {"a": "%s"}}' % ("x" * MAX_BODY_BYTES))
        assert await socket.hear() == 1009


async def test_who_says_nothing_is_not_waited_for_longer_than_strangers(server: Server) -> None:
    endpoint = GraphQLEndpoint(
        schema, cast(GraphQLDependencies, SimpleNamespace(allowed_origins=(), database=SimpleNamespace(readers=4)))
    )
    assert endpoint.connection_init_wait_timeout.total_seconds() == CONNECTION_INIT_TIMEOUT == 30


def test_strangers_have_a_tenth_of_all_connections(tmp_path: Path) -> None:
    with running(tmp_path, EMBUDO_CONNECTIONS="50") as server, ExitStack() as stack:
        address = server.url.replace("http", "ws") + "/graphql"
        for _ in range(60):
            stack.enter_context(dial(address, subprotocols=[Subprotocol("graphql-transport-ws")]))
        assert server.post(identity("acme"), "{ viewer { id } }")["data"] == {"viewer": {"id": "boss"}}


@pytest.mark.parametrize("message", ["ping", "pong", "complete"])
async def test_few_messages_are_taken_before_the_first_is_acknowledged(server: Server, message: str) -> None:
    address = server.url.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection:
        for _ in range(MAX_MESSAGES_BEFORE_ACK + 1):
            await connection.send(json.dumps({"type": message, "id": "1"}))
        await connection.wait_closed()
        assert connection.close_code == TOO_MANY_REQUESTS


async def test_connections_without_a_token_give_way_to_new_ones_and_no_others_do(server: Server, tenant: str) -> None:
    async with (
        open_socket(server.url, server.headers(identity(tenant))) as signed,
        open_socket(server.url, {}) as oldest,
        AsyncExitStack() as strangers,
    ):
        for _ in range(MAX_ANONYMOUS_SOCKETS):
            last = await strangers.enter_async_context(open_socket(server.url, {}))
        assert await oldest.hear() == TOO_MANY_REQUESTS
        assert (await signed.ask("{ __typename }"))["type"] == "next"
        await last.say({"type": "ping"})
        assert (await last.hear())["type"] == "pong"


async def test_a_viewer_has_so_many_connections_and_the_oldest_gives_way(server: Server, tenant: str) -> None:
    headers = server.headers(identity(tenant))
    async with (
        open_socket(server.url, headers) as oldest,
        open_socket(server.url, server.headers(identity(tenant, id="other"))) as others,
        AsyncExitStack() as more,
    ):
        for _ in range(MAX_SOCKETS):
            last = await more.enter_async_context(open_socket(server.url, headers))
        assert await oldest.hear() == TOO_MANY_REQUESTS
        for socket in (last, others):
            assert (await socket.ask("{ __typename }"))["type"] == "next"


MANY_VALUES = '{"type": "ping", "payload": {"a": [' + "[]," * MAX_VALUES + "0]}}"
LONG = json.dumps({"type": "ping", "payload": {"a": "x" * MAX_ANONYMOUS_MESSAGE}})


@pytest.mark.parametrize(("message", "signed"), [(MANY_VALUES, True), (LONG, False)])
async def test_a_message_that_is_dear_to_read_closes_the_connection(
    server: Server, tenant: str, message: str, signed: bool
) -> None:
    async with open_socket(server.url, server.headers(identity(tenant)) if signed else {}) as socket:
        await socket.say(message)
        assert await socket.hear() == 4400


async def test_a_long_message_of_a_viewer_is_read(server: Server, tenant: str) -> None:
    async with open_socket(server.url, server.headers(identity(tenant))) as socket:
        await socket.say(LONG)
        assert (await socket.hear())["type"] == "pong"


async def test_what_is_sent_after_the_close_is_told_as_the_end_of_the_connection() -> None:
    sent: asyncio.Queue[Any] = asyncio.Queue()
    connection = WebSocket({"type": "websocket"}, sent.get, sent.put)
    connection.application_state = WebSocketState.CONNECTED
    adapter = WebSocketAdapter(SimpleNamespace(encode_json=json.dumps), connection, connection)
    for _ in range(2):
        await adapter.close(4400, "é" * 100)
    with pytest.raises(WebSocketDisconnected):
        await adapter.send_json({})
    assert sent.get_nowait() == {"type": "websocket.close", "code": 4400, "reason": "é" * 61}
    assert sent.empty()


class Broken(GraphQLEndpoint):
    """One whose documents cannot even be looked at."""

    async def get_context(self, request: Any, response: Any) -> Context:
        return Context(
            identity=identity("acme"),
            now=0,
            database=cast(Database, None),
            export_queue=FakeExportQueue(),
            link=link,
            request_id="0123-abcd",
        )

    async def admit(self, context: Context) -> None:
        """Anybody."""

    def renewed(self, context: Context) -> Context:
        return context

    def document(self, asked: dict[str, Any]) -> str | None:
        """Any."""
        return str(asked["query"])


async def test_what_nobody_expected_is_told_as_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document's check is no field: alone, Strawberry says `complete`, as if all was done."""

    def fail(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(document_validation, "enforce_limits", fail)
    monkeypatch.setattr(
        document_validation.DocumentValidationExtension,
        "_cache",
        type(document_validation.DocumentValidationExtension._cache)(),
    )
    endpoint = Broken(
        build_schema(),
        cast(GraphQLDependencies, SimpleNamespace(allowed_origins=(), database=SimpleNamespace(readers=4))),
    )
    said: asyncio.Queue[Any] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()

    async def say(**message: Any) -> None:
        await said.put({"type": "websocket.receive", "text": json.dumps(message)})

    async def hear() -> Any:
        async with asyncio.timeout(30):
            message = await heard.get()
        return json.loads(message["text"]) if "text" in message else message["type"]

    scope = {
        "type": "websocket",
        "path": "/graphql",
        "headers": [],
        "query_string": b"",
        "subprotocols": ["graphql-transport-ws"],
    }
    connection = asyncio.create_task(endpoint(scope, said.get, heard.put))
    await said.put({"type": "websocket.connect"})
    assert await hear() == "websocket.accept"
    await say(type="connection_init")
    assert (await hear())["type"] == "connection_ack"
    for id in ("1", "2"):  # the connection goes on
        await say(type="subscribe", id=id, payload={"query": "{ __typename }"})
        told = await hear()
        assert (told["type"], told["id"]) == ("error", id)
        (error,) = told["payload"]
        assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "0123-abcd"}
        assert "hunter2" not in str(told)
    await said.put({"type": "websocket.disconnect", "code": 1000})
    await connection
    assert heard.empty()  # no `complete` came after the errors


@pytest.mark.parametrize(
    ("query", "payload", "code"),
    [
        ("{ nobody }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        (None, {}, "BAD_USER_INPUT"),
        (7, {}, "BAD_USER_INPUT"),
        ("{ __typename }", {"operationName": "Other"}, "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", {}, "BAD_USER_INPUT"),
        ("{ a: __typename " * 30 + "}" * 30, {}, "QUERY_TOO_COMPLEX"),
        ("{ __typename }" + " " * 30_000, {}, "QUERY_TOO_COMPLEX"),
        (None, {"documentId": "sha256:0"}, "NOT_FOUND"),
        ("{ __typename }", {"operationName": "\ud800"}, "BAD_USER_INPUT"),
        ("{ \ud800 }", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ accounts(first: %s) { totalCount } }" % ("9" * 5_000), {}, "BAD_USER_INPUT"),
    ],
)
async def test_errors_have_codes(server: Server, tenant: str, query: Any, payload: dict[str, Any], code: str) -> None:
    async with open_socket(server.url, server.headers(identity(tenant))) as socket:
        answer = await socket.ask(query, **payload)
        assert answer["type"] == "error"
        assert [error["extensions"]["code"] for error in answer["payload"]] == [code]
        assert (await socket.ask("{ __typename }", id="2"))["type"] == "next"


async def test_one_connection_has_only_so_many_operations(server: Server, tenant: str) -> None:
    who = identity(tenant)
    id = waiting_export(server, who)
    async with open_socket(server.url, server.headers(who)) as socket:
        for n in range(21):
            await socket.subscribe(FOLLOW, id=str(n), variables={"id": id})
        heard = [await socket.hear() for _ in range(21)]
        assert sum(message["type"] == "error" for message in heard) == 1
    assert "masked error" not in (server.folder / "log").read_text()
