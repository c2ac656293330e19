"""How views are read: one session for an answer, its parameters, keys of pages, and what waits for what."""
