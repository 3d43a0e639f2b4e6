"""Work in the background: the Dramatiq actors, what they write, and where files are kept.

An export travels `queue` (the message) → `exports` (the job: claim, write, store, complete) → `workbook` or
`delimited` (the file) → `files` (the store). The database row is the truth about a job; a message only says that
there is something to look at.
"""
