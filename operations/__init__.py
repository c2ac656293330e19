"""What needs several services at once, for an operator: each module is one operation, and none of them prints.

An operation raises `OperationError` and reports its progress through a callback; `cli` shows both.
"""
