"""The auditors' pages in a browser: the status of the log, a search in it, and a message beside its proof."""
