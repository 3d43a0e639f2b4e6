"""The caps on what one request may ask for. Shown to clients as `limits`."""

LONGEST_RANGE = 1_100  # days; three years and a bit
LARGEST_PAGE = 200  # rows of a table, or options of a filter
LONGEST_SERIES = 1_100  # points
LONGEST_SEARCH = 100  # characters
LONGEST_EXPORT_NAME = 200  # characters
MOST_EXPORTS_OF_PERSON = 5  # queued or running; one person must not fill the queue of a whole company
MOST_EXPORTS_OF_TENANT = 50  # queued or running
MOST_FILTER_IDS = 1_000  # ids of one kind in a filter
