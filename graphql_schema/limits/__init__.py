"""Limits of documents: size, cost, and values of the input."""
