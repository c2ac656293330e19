"""The lists: each has a query, its filters, and the streams that feed it."""
