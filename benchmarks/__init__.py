"""Speed, as ratios against a stated reference in the same run: `make bench`.

`workload` makes the messages and the databases (once, under `var/bench/`), the modules of `groups` measure, `support`
has what they share and runs the same questions elsewhere, `__main__` runs all and writes `results.json`.
"""
