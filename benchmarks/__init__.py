"""Speed, as ratios against a stated reference in the same run: `make bench`.

`workload` makes the messages, `data` the databases (once, under `var/bench/`), `dashboard`, `graphql_layer` and
`ingest` measure, `reference` runs the same questions elsewhere, `__main__` runs all and writes `results.json`.
"""
