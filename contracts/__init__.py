"""The message contracts: everything that crosses a process boundary, and nothing else.

A command is a request (imperative), an event states what happened (past tense), an outcome answers a command. Every
message ("word") is a frozen pydantic model, is read tolerantly (unknown fields are ignored) and written strictly (types
are not coerced). All periods are half open: `from` is the first day, `until` the first day after.
"""
