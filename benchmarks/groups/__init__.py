"""The groups of results, each a module with a function `results`."""
