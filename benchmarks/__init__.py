"""Speed, as ratios against a stated reference in the same run: `make bench`.

`workload` makes the messages and the databases (once, under `var/bench/`), `page` has the page's first request and the
same sections for DuckDB, the modules of `groups` measure, `support` has what they share, `__main__` runs all and writes
`results.json`.
"""
