"""Measuring, the services and clients that are measured, and the references."""
