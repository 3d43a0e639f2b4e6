"""The caps on what one request may ask for. Shown to clients as `limits`."""

MAX_RANGE_DAYS = 1_100  # days; three years and a bit
MAX_PAGE_SIZE = 200  # rows of a table, or options of a filter
MAX_SERIES_POINTS = 1_100  # points
MAX_SEARCH_LENGTH = 100  # characters
MIN_SEARCH_LENGTH = 4  # characters, of a text that single messages are looked for by
MAX_BUTTON_LENGTH = 256  # characters, of a button's payload or label
MAX_SCANNED_MESSAGES = 1_000_000  # messages that are looked at one by one, for what no rollup counts
MAX_EXPORT_NAME_LENGTH = 200  # characters
MAX_EXPORTS_PER_USER = 5  # queued or running; one person must not fill the queue of a whole tenant
MAX_EXPORTS_PER_TENANT = 50  # queued or running
MAX_ANNOTATION_LENGTH = 200  # characters
MAX_ANNOTATION_DAYS = 366  # days of one annotation
MAX_ANNOTATIONS = 2_000  # people's own, of a tenant: each request for some reads all of its period
MAX_FILTER_IDS = 1_000  # ids of one kind in a filter

# A request as it comes. All four lists of a filter, full of UUIDs, are some 160 kB.
MAX_BODY_BYTES = 262_144  # bytes
# A document. The whole view is 430 tokens in 3,000 characters, the standard introspection 180 tokens, 15 deep.
MAX_DOCUMENT_LENGTH = 30_000  # characters
MAX_TOKENS = 1_500  # the parser takes some 7 µs for each
# Of those without a token, who are refused whatever they ask for; and where everybody may read the schema.
MAX_ANONYMOUS_BODY_BYTES = 16_384
MAX_ANONYMOUS_TOKENS = (1_000, 30)  # characters, tokens; what the page asks for first has 27
MAX_INTROSPECTION_TOKENS = (6_000, 300)
MAX_DEPTH = 20  # fields inside each other
MAX_ALIASES = 100
MAX_DIRECTIVES = 100
MAX_FRAGMENTS = 40  # validation compares each that is spread with each
MAX_SELECTIONS = 3_000  # each use of a fragment counts all that is in it
MAX_MERGED_FIELDS = 20  # selections of one name in one place: validation compares each with each
MAX_OBJECT_FIELDS = 50  # fields of one object of input; the largest type has six
MAX_VARIABLE_VALUES = 5_000  # in the variables; all four lists of a filter, and some more
MAX_INTEGER_DIGITS = 20  # characters; Int ends at ten digits, and Python reads no number of 5,000
MAX_RESPONSE_KEYS = 200  # names selected in one place; the aliases and the fields of the largest type are fewer
MAX_COST = 1_420  # see `graphql_schema.limits.cost`
REFUSED_COST = 20  # points for a document that is not run: to find out why takes as many milliseconds at most
