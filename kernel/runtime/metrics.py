"""Every metric of every service, each with a description of what it counts."""

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("forcegen_commands", "Commands answered", ["service", "status", "rule"])
STALE_BATCHES = Counter("forcegen_stale_batches", "Batches decided anew because a stream had moved", ["service"])
BATCH_SECONDS = Histogram("forcegen_batch_seconds", "Time to load, decide and append one batch", ["service"])
RECORDS_READ = Counter("forcegen_records_read", "Records taken in from Kafka", ["service", "consumer"])
RECORDS_SENT = Counter("forcegen_records_sent", "Records that the relay carried to Kafka", ["service", "log"])
DEAD_LETTERS = Counter("forcegen_dead_letters", "Records that could not be read", ["service", "consumer"])
FENCED = Counter(
    "forcegen_fenced", "Batches dropped because another process reads the partitions", ["service", "consumer"]
)
LAG = Gauge(
    "forcegen_lag_records", "Broker end offset minus stored offset", ["service", "consumer", "topic", "partition"]
)
BEHIND_SECONDS = Gauge(
    "forcegen_behind_seconds", "How long the oldest unread record has waited", ["service", "consumer"]
)
UNRELAYED = Gauge("forcegen_unrelayed_records", "Log records that have not reached their topic", ["service", "log"])
BLOCKED = Gauge("forcegen_blocked_position", "Log row that cannot be sent; 0 if none", ["service", "log", "partition"])
HEARTBEAT_SECONDS = Gauge("forcegen_heartbeat_age_seconds", "Time since a loop last came round", ["service", "loop"])
PASSED_OVER = Counter(
    "forcegen_passed_over", "Offsets that hold no record, by reason", ["service", "consumer", "reason"]
)
HELD = Gauge("forcegen_held_events", "Newer events that wait for an upgrade, and those behind them", ["service"])
SET_ASIDE = Counter("forcegen_set_aside", "Records that alone made their batch fail", ["service", "consumer"])
LAST_USED = Gauge(
    "forcegen_credential_last_used_seconds",
    "Unix time of the last use of a token, by its name, or of an identity provider's tokens, by issuer",
    ["service", "credential"],
)
