"""Keeping the rollups equal to the rows: in the same transaction, always, or saying that they are not to be read.

`deltas` turns changed messages into changes of rollup rows; `state` says for which zone the rollups of a company
are built, and how far; `rebuild` makes them anew, some days at a time; `check` compares them with the rows.
"""
