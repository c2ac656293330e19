"""Who acts: principals, how each door proves them, and what each may do."""
