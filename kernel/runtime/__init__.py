"""A process: settings, loops that live and die together, health, metrics, whose fault a failure is."""
