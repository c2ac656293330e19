"""The reports: the purpose and parameters of each, how it runs, its output formats, and its receipt."""
