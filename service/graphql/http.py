"""GraphQL over HTTP to the letter: media types, status codes, and errors that are JSON whatever went wrong.

Source: the GraphQL over HTTP specification, draft of the GraphQL Foundation. Strawberry's view does the rest.
"""

import asyncio
import json
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.parse_content_type import parse_content_type
from strawberry.http.typevars import Context, RootValue
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from analytics.domain.access import Identity
from analytics.domain.errors import PublicError, RateLimitedError
from analytics.domain.limits import MAX_ANONYMOUS_BODY_BYTES, MAX_BODY_BYTES
from analytics.domain.text import sanitize
from service.process_tuning import GarbageByBytes

JSON = "application/json"
BODY_TIMEOUT = 30.0  # seconds
# Characters of a header that lists media types; what parses `Content-Type` takes time in the square of them.
MAX_MEDIA_TYPES = 1_000
# Brackets, braces and commas of a body or message, texts in it too: a document has a few thousand, a filter's ids more.
MAX_VALUES = 40_000
MAX_ANONYMOUS_MESSAGE = MAX_ANONYMOUS_BODY_BYTES  # characters
GRAPHQL_JSON = "application/graphql-response+json"

OPERATIONS = {"GET": {OperationType.QUERY}, "POST": {OperationType.QUERY, OperationType.MUTATION}}

# What the status is when no part of a request was executed. Any other code: the document or its variables are wrong,
# which is 400, or 200 for those who asked for plain JSON and so look into the body.
STATUSES = {
    "PERSISTED_QUERY_NOT_SUPPORTED": 200,  # what Apollo's server says it with
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "RATE_LIMITED": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "UNAVAILABLE": 503,
    "TIMEOUT": 504,
}
HEADERS = {401: {"WWW-Authenticate": "Bearer"}}


class GraphQLOverHTTP(GraphQL[Context, RootValue]):
    """Strawberry's ASGI view, which keeps to the specification."""

    _garbage = GarbageByBytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket."""
        if scope["type"] != "http":
            await super().__call__(scope, limited_messages(scope, receive, self._garbage), send)
            return
        body = _Body(receive)
        request = Request(scope, body.receive)
        try:
            context = await self.get_context(request, Response())
            await self.admit(context)
            body.most, body.refusal = self.body_bound(context)
            async with self.request_slot(context):
                response = await self.run(request, context)
        except HTTPException as error:
            code = "QUERY_TOO_COMPLEX" if error.status_code == 413 else "BAD_USER_INPUT"
            response = _refusal(request, error.status_code, code, error.reason)
        except PublicError as error:
            response = _refusal(request, STATUSES.get(error.code, 400), error.code, error.message)
            if isinstance(error, RateLimitedError):
                response.headers["Retry-After"] = str(error.retry_after)
        await response(scope, receive, send)
        self._garbage.add(body.length)

    async def admit(self, context: Context) -> None:
        """Count a request, before it is read. Raises `RateLimitedError` for too many."""
        del context

    def request_slot(self, context: Context) -> AbstractAsyncContextManager[None]:
        """Hold a slot for a request."""
        del context
        return nullcontext()

    def body_bound(self, context: Context) -> tuple[int, Exception]:
        """The bytes that a body may have, and the error for more."""
        del context
        return MAX_BODY_BYTES, HTTPException(413, f"The body has more than {MAX_BODY_BYTES} bytes. See `limits`.")

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Never: GraphiQL is a page of its own."""
        del request
        return False

    def is_request_allowed(self, request: Any) -> bool:
        """Only GET and POST."""
        if request.method in ("GET", "POST"):
            return True
        raise HTTPException(405, "Only GET and POST are understood here.")

    async def get_sub_response(self, request: Request) -> Response:  # type: ignore[override]  # HTTP only
        """Create the response that the handler fills, with its media type."""
        response = await super().get_sub_response(request)
        response.media_type = media_type(request.headers.get("accept", ""))
        return response

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Parse the request's parameters. Raises `HTTPException` for an invalid request."""
        if request.method == "GET":
            data: object = self.parse_query_params(request.query_params)
        else:
            content_type, options = parse_content_type((request.content_type or "")[:MAX_MEDIA_TYPES])
            if content_type.lower() != JSON or options.get("charset", "utf-8").lower() != "utf-8":
                raise HTTPException(415, f"The body must be of type {JSON}, in UTF-8.")
            body = await request.get_body()
            if count_values(body) > MAX_VALUES:
                raise HTTPException(413, f"The body has more than {MAX_VALUES} values. See `limits`.")
            data = self.parse_json(body)
        if not isinstance(data, dict):
            raise HTTPException(400, "The body must be one JSON object.")
        return GraphQLRequestData(
            query=self.document(data),
            variables=_parameter(data, "variables", dict),
            operation_name=_parameter(data, "operationName", str),
            extensions=_parameter(data, "extensions", dict),
        )

    def document(self, request_data: dict[str, Any]) -> str | None:
        """Return the document of a request."""
        query: str | None = _parameter(request_data, "query", str)
        return query

    def decode_json(self, data: str | bytes) -> object:
        """JSON from UTF-8. Raises `json.JSONDecodeError` for anything else, and for what is nested too deeply."""
        try:
            text = data.decode() if isinstance(data, bytes) else data
            return json.loads(text, parse_constant=_no_number)
        except (RecursionError, ValueError):
            raise json.JSONDecodeError("no JSON", "", 0) from None

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: RootValue | None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Execute a request. Raises `HTTPException` when it has no operation, or none that may come this way."""
        del request, sub_response
        try:
            return await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                root_value=root_value,
                operation_name=request_data.operation_name,
                allowed_operation_types=OPERATIONS[request_adapter.method],
                operation_extensions=request_data.extensions,
            )
        except MissingQueryError:
            raise HTTPException(400, "query: there is none.") from None
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, f"operationName: {error.as_http_error_reason()}") from None
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise HTTPException(400, "Subscriptions come over a WebSocket.") from None
            raise HTTPException(405, "Only queries may come by GET.") from None

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The body of an answer. Without `data` when nothing was executed."""
        answer = await super().process_result(request, result)
        if result.data is None and not any(error.path for error in result.errors or ()):
            del answer["data"]
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """The answer, with the status that its media type gives it."""
        response = super().create_response(response_data, sub_response)
        response.media_type = sub_response.media_type
        response.headers["content-type"] = f"{sub_response.media_type}; charset=utf-8"
        if "data" not in response_data:
            document = 200 if sub_response.media_type == JSON else 400
            response.status_code = STATUSES.get(response_data["errors"][0]["extensions"]["code"], document)
            response.headers.update(HEADERS.get(response.status_code, {}))
        return response


def media_type(accept: str) -> str:
    """Choose the media type of the response by an `Accept` header: plain JSON if it names neither or none."""
    qualities: dict[str, float] = {}
    for part in accept[:MAX_MEDIA_TYPES].split(","):
        name, *options = part.lower().split(";")
        try:
            qualities[name.strip()] = float(_option(options, "q") or 1)
        except ValueError:
            qualities[name.strip()] = 0.0
    any_json = max(qualities.get("*/*", 0.0), qualities.get("application/*", 0.0))
    return GRAPHQL_JSON if qualities.get(GRAPHQL_JSON, 0.0) > qualities.get(JSON, any_json) else JSON


def _option(options: list[str], name: str) -> str:
    """Return the value of a media type's option, or nothing. Lists have hundreds of types, each with some options."""
    pairs = (option.partition("=") for option in options)
    return next((value.strip().strip('"') for key, _, value in pairs if key.strip() == name), "")


def count_values(json: bytes | str) -> int:
    """Return an upper bound of the values in JSON, without parsing it: that takes a tenth of a second for 80,000."""
    text = json if isinstance(json, str) else json.decode("latin-1")
    return sum(map(text.count, "[{,"))


def limited_messages(scope: Scope, receive: Receive, garbage: GarbageByBytes) -> Receive:
    """A WebSocket's messages; one that is too large, by length or by values, is its end. Strangers' are small."""

    async def limited() -> Message:
        message = await receive()
        text = message.get("text") or message.get("bytes") or ""
        garbage.add(len(text))
        most = MAX_BODY_BYTES if isinstance(scope.get("state", {}).get("identity"), Identity) else MAX_ANONYMOUS_MESSAGE
        if len(text) > most or count_values(text) > MAX_VALUES:
            return {"type": "websocket.receive", "text": "too large"}  # which is no JSON, and so the end
        return message

    return limited


class _Body:
    """A request's body up to a bound, in bytes and in time; the rest is not read."""

    most: int
    refusal: Exception

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.length = 0
        self._deadline: float | None = asyncio.get_running_loop().time() + BODY_TIMEOUT

    async def receive(self) -> Message:
        """A part of it. Raises the refusal at the bound on bytes, `HTTPException` after the timeout."""
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"The body took more than {BODY_TIMEOUT:.0f} seconds.") from None
        if not message.get("more_body", False):
            self._deadline = None
        self.length += len(message.get("body", b""))
        if self.length > self.most:
            raise self.refusal
        return message


def _parameter(data: dict[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        raise HTTPException(400, f"{name}: must be {'an object' if kind is dict else 'a string'}, or null.")
    return sanitize(value) if isinstance(value, str) else value


def _no_number(name: str) -> None:
    raise ValueError(name)


def _refusal(request: Request, status: int, code: str, message: str) -> Response:
    """The answer to what is not run at all."""
    headers = dict(HEADERS.get(status, {}))
    if status == 405:
        # Mutations are refused by GET; every other method always.
        headers["Allow"] = "POST" if request.method == "GET" else "GET, POST"
    extensions = {"code": code}
    if id := getattr(request.state, "request_id", None):
        extensions["requestId"] = id
    return JSONResponse(
        {"errors": [{"message": message, "extensions": extensions}]},
        status_code=status,
        headers=headers,
        media_type=media_type(request.headers.get("accept", "")) + "; charset=utf-8",
    )
