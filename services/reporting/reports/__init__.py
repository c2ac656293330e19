"""The reports: what each is for and takes, how it is run, the forms it is given in, and its receipt."""
