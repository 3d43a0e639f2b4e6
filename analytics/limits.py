"""The caps on what one request may ask for. Shown to clients as `limits`."""

LONGEST_RANGE = 1_100  # days; three years and a bit
LARGEST_PAGE = 200  # rows of a table, or options of a filter
LONGEST_SERIES = 1_100  # points
LONGEST_SEARCH = 100  # characters
LONGEST_EXPORT_NAME = 200  # characters
MOST_EXPORTS_OF_PERSON = 5  # queued or running; one person must not fill the queue of a whole company
MOST_EXPORTS_OF_TENANT = 50  # queued or running
MOST_FILTER_IDS = 1_000  # ids of one kind in a filter

# A request as it comes. All four lists of a filter, full of UUIDs, are some 160 kB.
LARGEST_BODY = 262_144  # bytes
# A document. The whole view is 430 tokens in 3,000 characters, the standard introspection 180 tokens, 15 deep.
LONGEST_DOCUMENT = 30_000  # characters
MOST_TOKENS = 1_500  # the parser takes some 7 µs for each
# Of those without a token, who are refused whatever they ask for; and where everybody may read the schema.
LARGEST_BODY_OF_STRANGERS = 16_384
DOCUMENT_OF_STRANGERS = (1_000, 30)  # characters, tokens; what the page asks for first has 27
DOCUMENT_OF_SCHEMA_READERS = (6_000, 300)
DEEPEST = 20  # fields inside each other
MOST_ALIASES = 100
MOST_DIRECTIVES = 100
MOST_FRAGMENTS = 40  # validation compares each that is spread with each
MOST_SELECTIONS = 3_000  # each use of a fragment counts all that is in it
MOST_ALIKE = 20  # selections of one name in one place: validation compares each with each
MOST_MEMBERS = 50  # fields of one object of input; the largest type has six
MOST_VALUES = 5_000  # in the variables; all four lists of a filter, and some more
LONGEST_INTEGER = 20  # characters; Int ends at ten digits, and Python reads no number of 5,000
MOST_BESIDE = 200  # names selected in one place; the aliases and the fields of the largest type are fewer
MOST_COST = 1_350  # see `graphql_schema.cost`
COST_OF_REFUSED = 20  # points for a document that is not run: to find out why takes as many milliseconds at most
