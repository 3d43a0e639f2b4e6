"""Brokers, and the messages that tell workers of exports."""
