"""Reports that are read from single message rows, where no rollup counts what is asked for."""
