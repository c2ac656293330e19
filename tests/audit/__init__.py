"""The audit service's proofs, by published vectors, by properties, and against another implementation."""
