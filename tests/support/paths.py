"""Folders that tests read files from."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
# Samples that are prepared outside the project; tests that read them skip visibly where there are none.
SHARED = ROOT.parent / "shared"
