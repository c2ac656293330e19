"""The words: everything that crosses a process boundary, and nothing else.

Commands ask (imperative), events say what happened (past tense), an outcome answers a command. Every word is a
frozen pydantic model, is read tolerantly (unknown fields are ignored) and written strictly (types are not coerced).
All periods are half open: `from` is the first day, `until` the first day after.
"""
