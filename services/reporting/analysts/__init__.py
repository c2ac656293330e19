"""SQL for analysts: stable views and functions in a schema of their own, which show each role the rows of its scope.

They are made from the reports' own queries, so a number in Metabase or Excel is the number in the report. The tables
behind them may change; these do not, except for added columns.
"""
