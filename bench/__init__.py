"""Measures what docs/measured/benchmarks.md says: ``make bench``. Performance belongs here, never into a timed test."""
