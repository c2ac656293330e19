-- Missions with the status that held on the day: the newest one that began by then.
SELECT id, to_json(item) AS item
FROM (
    SELECT missions.mission AS id, missions.mission, name, host_area, established_on,
           stood.status, stood.since, stood.authority, missions.event,
           EXISTS (SELECT FROM parked WHERE service = 'vacancies' AND stream = 'mission/' || missions.mission)
               AS incomplete
    FROM missions LEFT JOIN LATERAL (
        SELECT status, since, authority FROM mission_statuses
        WHERE mission_statuses.mission = missions.mission AND mission_statuses.since <= :as_of::date
        ORDER BY since DESC, version DESC LIMIT 1
    ) AS stood ON true
) AS item
WHERE {status? status = :status::text}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
