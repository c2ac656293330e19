"""The demo: a State's years in UN peacekeeping, sent as commands to a system that is started for it.

The story is data (`story/`), each row with its public source and its basis: `public record`, or `reconstruction` if the
record gives only totals and the steps behind them are derived from the totals, or `example` if it is made up.
"""
