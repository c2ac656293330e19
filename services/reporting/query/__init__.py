"""How views are read: one session per request, its parameters, keyset pages, and waiting for changes."""
