"""Attacks on a real service, with a prober that measures what others notice of them: `make attack`."""
