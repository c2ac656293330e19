"""From a record to a decision: decoded, loaded, settled in memory, appended."""
