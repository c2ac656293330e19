"""The reports: what each asks and takes, how it is run, the forms it is given in, and its receipt."""
