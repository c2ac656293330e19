"""The library that every service is built on. It knows events, commands, streams and logs, and no domain terms.

`model.decider` is the shape of a pure core; `decide.batch` settles a batch of commands in memory;
`decide.command_handler` loads, settles and appends; `store` is Postgres; `messaging.relay` carries the log to Kafka and
`messaging.consumer` carries Kafka to a service; `command_service` and `reader_service` put a process together.
"""
