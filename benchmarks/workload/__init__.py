"""The workload, and the databases that hold it."""
