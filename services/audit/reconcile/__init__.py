"""Kafka, the archive, the services' own stores and the views hold the same; where they do not, it is named.

Nothing is locked, and all of it moves meanwhile. So the ends are measured first, each after those that it must cover
(`watermarks.py`): what is beyond them is lag, and what is missing before them is lost.
"""
