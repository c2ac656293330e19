"""What archived records say of themselves, indexed behind the archive, and what caused what."""
