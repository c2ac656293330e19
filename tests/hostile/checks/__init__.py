"""What must hold after a run, each breach reported by itself: nothing here knows how the system does its work.

The broker and the stores are held against what the sender knows that it sent.
"""
