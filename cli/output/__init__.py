"""Output for terminals and pipes: results, progress, errors with their remedy."""
