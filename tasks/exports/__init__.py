"""The export job: from a claimed row to a stored file."""
