"""What an auditor looks at in a browser: how the log stands, a search in it, and a message beside its proof."""
