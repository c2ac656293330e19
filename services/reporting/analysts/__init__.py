"""SQL for analysts: views and functions that stay, in a schema of their own, under a role that can read nothing else.

They are made from the reports' own queries, so a number in Metabase or Excel is the number of the report. The tables
behind them may change; these do not, but for columns that are added.
"""
