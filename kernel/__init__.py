"""The spine: what every room is built on. It knows events, commands, streams and logs, and no domain word.

`decider` is the shape of a pure core; `deciding` settles a batch of commands in memory; `intake` loads, settles and
appends; `store` is Postgres; `relay` carries the log to Kafka, `consumer` carries Kafka to a room; `room` wires it all.
"""
