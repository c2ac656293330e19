-- name: raise
-- Once, however often it is noticed while it stands; of a witness also not again for what was cleared already.
INSERT INTO alarms (kind, detail, size)
SELECT $1, $2, $3
WHERE NOT EXISTS (SELECT FROM alarms WHERE kind = $1 AND nr NOT IN (SELECT alarm FROM clearances))
  AND NOT EXISTS (SELECT FROM alarms JOIN clearances ON alarm = nr WHERE kind = $1 AND size >= $3)
RETURNING nr

-- name: standing
SELECT nr, kind, detail, raised FROM alarms WHERE nr NOT IN (SELECT alarm FROM clearances) ORDER BY nr

-- name: all
SELECT nr, kind, detail, raised, cleared, cleared_by, because FROM alarms LEFT JOIN clearances ON alarm = nr
ORDER BY nr DESC

-- name: clear
INSERT INTO clearances (alarm, cleared_by, because)
SELECT nr, $2, $3 FROM alarms WHERE nr = $1 AND nr NOT IN (SELECT alarm FROM clearances)
RETURNING alarm
