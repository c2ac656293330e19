-- depends: 0001-kernel
-- Every part of a dead letter is cut to a bound; beside it stands how much there was. Of earlier ones that is not known:
-- they hold the whole key, and the first hundred headers.
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS key_bytes int, ADD COLUMN IF NOT EXISTS headers_number int;
