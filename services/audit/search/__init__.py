"""Indexes the metadata of archived records, behind the archive, and traces causation."""
