"""The audit room's proofs, by published vectors, by properties, and against another implementation."""
