-- The newest first, before a leaf.
SELECT * FROM messages
WHERE leaf < :before::bigint
  AND {stream? stream = :stream::text} AND {actor? actor = :actor::text} AND {type? type = :type::text}
  AND {authid? authid = :authid::text} AND {authkey? authkey = :authkey::text}
  AND {topic? topic = :topic::text} AND {correlation? correlation = :correlation::text}
  AND {recorded_since? recorded >= :recorded_since::timestamptz} AND {recorded_until? recorded < :recorded_until::timestamptz}
ORDER BY leaf DESC LIMIT :limit::bigint
