"""The parser, without the tokens that graphql-core's leaves behind.

There each node knows its first and last token, and each token its neighbours: so long as one node of a document lives,
so do all of its tokens, and when none does they are circles that only the garbage collector finds, late. Nobody reads
them: errors are placed by offsets.
"""

from graphql import DocumentNode, GraphQLSyntaxError, Location, Source, Token, TokenKind
from graphql.language.parser import Parser

from analytics.domain.errors import TooComplexError

# How the parser says that it stopped at the cap on tokens.
TOO_MANY_TOKENS = "Syntax Error: Document contains more than"
NO_TOKEN = Token(TokenKind.SOF, 0, 0, 0, 0)


class _Parser(Parser):
    def loc(self, start_token: Token) -> Location | None:
        location = super().loc(start_token)
        if location:
            location.start_token = location.end_token = NO_TOKEN
        return location


def parse(text: str, most_tokens: int) -> DocumentNode:
    """A document of so many tokens at most.

    Raises `GraphQLSyntaxError`, and `TooComplexError` for one nested too deeply.
    """
    parser = _Parser(Source(text), max_tokens=most_tokens)
    token: Token | None = parser._lexer.token
    try:
        return parser.parse_document()
    except RecursionError:
        raise TooComplexError("The document is nested too deeply.") from None
    finally:
        while token:
            following, token.prev, token.next = token.next, None, None
            token = following


def has_too_many_tokens(error: GraphQLSyntaxError) -> bool:
    """True if the parser stopped at the cap."""
    return error.message.startswith(TOO_MANY_TOKENS)
