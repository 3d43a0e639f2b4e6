"""Background work: Dramatiq actors, export files, maintenance and erasure.

An export travels `queue` (the message) > `exports.job` (claim, write, store, complete) > `exports.writers` (the file).
"""
