"""Data layer: the meaning of the numbers and how they are kept. It knows SQL and nothing above it.

From the lowest package up: `domain` (pure rules) < `storage` (database and tables) < `migrations` and `reports`
(reading) < `rollups` and `exports` < `ingest` (merging events) < `lifecycle` (retention, orphans, removal of tenants).
"""
