"""Operations across several services, for an operator: one module each, and none of them prints.

An operation raises `OperationError` and reports its progress through a callback; `cli` shows both.
"""
