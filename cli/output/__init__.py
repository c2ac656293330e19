"""What a person or a pipe reads: results, progress, errors with their remedy."""
