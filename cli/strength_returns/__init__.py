"""`forcegen import strength-returns`: the UN's monthly returns, row by row, as commands to the deployments service.

A row is evidence: what does not add up is sent as it stands and reported; what cannot be read is listed with its line
number, and everything else goes in.
"""
