"""Rules of the numbers, without SQL, I/O or logging."""
