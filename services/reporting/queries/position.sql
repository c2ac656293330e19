-- How far the views are, per topic and partition: the next offset that will be read.
SELECT consumer, topic, part AS partition, next_offset FROM consumed ORDER BY consumer, topic, part
