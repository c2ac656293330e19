"""What is claimed, measured: `make bench` prints one table. Timing never decides a test."""
