"""The lists: each a query, its filters, and the streams that it is made of."""
