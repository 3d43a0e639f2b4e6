"""Keeping rollups equal to the messages: updates in the same transaction, rebuild and verification."""
