"""The archive over HTTP: proofs, search, status, and who may read what."""
