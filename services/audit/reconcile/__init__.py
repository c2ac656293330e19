"""Compares Kafka, the archive, the services' own stores and the views, and reports every difference.

Nothing is locked, and all of them change during the comparison. So the ends are measured first, each after those that
it must cover (`watermarks.py`): what is beyond them is lag, and what is missing before them is lost.
"""
