"""Types of numbers that are more than counts: intervals, send times, answers."""
