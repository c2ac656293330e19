"""Benchmarks of the performance claims: `make bench` prints one table. Timing never decides a test."""
