-- Question 5: what waits, since when, on whom: applications without a vacancy, and consents that a tour still needs.
-- A consent waits from the nomination's acceptance, or from when the plan was recorded; never later than the arrival;
-- one that was given and has expired waits from the day on which it expired.
SELECT waits.*, :as_of::date - waits.since AS days
FROM (
    SELECT 'application' AS what, application AS id, contributor, mandate,
           CASE WHEN cardinality(missions) = 1 THEN missions[1] END AS mission,
           CASE WHEN acknowledged_on <= :as_of::date THEN 'a vacancy' ELSE 'an acknowledgement' END AS waits_for,
           addressee AS on_whom, submitted_on AS since,
           EXISTS (SELECT FROM parked WHERE service = 'vacancies' AND stream = 'application/' || application) AS incomplete
    FROM applications
    WHERE {contributor? applications.contributor = :contributor::text}
      AND submitted_on <= :as_of::date AND (withdrawn_on IS NULL OR withdrawn_on > :as_of::date)
      AND NOT EXISTS (SELECT FROM vacancies
                      WHERE vacancies.application = applications.application AND announced_on <= :as_of::date)
    UNION ALL
    SELECT 'consent', tours.id || '/' || kind, tours.contributor, tours.mandate, tours.mission, kind,
           CASE kind WHEN 'host_state' THEN coalesce(missions.host_area, 'the host State')
                     WHEN 'un_structure' THEN 'the UN'
                     WHEN 'framework_nation' THEN coalesce(units.framework_nation, 'the framework nation')
                     ELSE 'a participating State' END,
           CASE WHEN given_on <= :as_of::date THEN consents.valid_until
                ELSE least(coalesce(nominations.accepted_on, (tours.planned_at AT TIME ZONE 'UTC')::date),
                           tours.planned_from) END,
           EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'line/' || tours.line)
    FROM to_come_on(:as_of::date) AS tours JOIN consents ON consents.tour = tours.id
    LEFT JOIN missions ON missions.mission = tours.mission
    LEFT JOIN units ON units.unit = tours.unit
    LEFT JOIN nominations ON nominations.vacancy = tours.vacancy AND nominations.nomination = tours.nomination
    WHERE consents.required AND {contributor? tours.contributor = :contributor::text}
      AND (given_on IS NULL OR given_on > :as_of::date OR consents.valid_until <= :as_of::date)
) AS waits
WHERE waits.since <= :as_of::date
  AND {missions? mission = ANY (:missions::text[])}
  AND {mandate? mandate = :mandate::text}
