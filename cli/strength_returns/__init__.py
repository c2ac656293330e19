"""`forcegen import strength-returns`: the UN's monthly returns, row by row, as commands to the deployments service.

A row is evidence: a row that does not add up is sent as it is and reported; a row that cannot be read is listed with
its line number, and all other rows are sent.
"""
