-- What the columns can tell of a selection.
    {topics? topic = ANY (:topics::text[])}
    AND {services? split_part(topic, '.', 1) = ANY (:services::text[])}
    AND {end_topics? EXISTS (
        SELECT FROM unnest(:end_topics::text[], :end_partitions::int[], :end_offsets::bigint[])
            AS ends (topic, part, next_offset)
        WHERE ends.topic = records.topic AND ends.part = records.part AND records."offset" < ends.next_offset)}
