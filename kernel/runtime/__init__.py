"""The runtime of a process: settings, loops that end together, health, metrics, classification of faults."""
