"""The transparency log: leaves, tree, tiles, signed checkpoints, witnesses and alarms."""
