-- The newest first, before a leaf.
SELECT * FROM messages
WHERE leaf < :before::bigint
  AND {stream? stream = :stream::text} AND {actor? actor = :actor::text} AND {type? type = :type::text}
  AND {topic? topic = :topic::text} AND {correlation? correlation = :correlation::text}
  AND {since? recorded >= :since::timestamptz} AND {until? recorded < :until::timestamptz}
ORDER BY leaf DESC LIMIT :limit::bigint
