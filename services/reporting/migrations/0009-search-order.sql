-- The first event of a correlation is read from the beginning of its entries, however many events have the same one, as
-- after an import (queries/search.sql).
DROP INDEX events_by_correlation;
CREATE INDEX events_by_correlation ON events (correlation_id, service, position) WHERE correlation_id IS NOT NULL;
