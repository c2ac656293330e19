-- What is on record under a name by the day, or begins with it: `page` and `id` say where it is shown, `kind` by what it
-- was found. Every part looks into an index between two ends, by operators that a scoped reader's plan may use as well:
-- from the name to `low` or `high`, behind all that begins with it. Only missions, which are few, are read through.
WITH hits AS (
    (SELECT 'mission' AS kind, missions.mission AS name, missions.name AS about, 'mission' AS page, missions.mission AS id
     FROM missions
     WHERE starts_with(mission, upper(:name::text)) OR strpos(lower(name || ' ' || host_area), lower(:name::text)) > 0
        OR mission = ANY (:missions::text[])
     ORDER BY mission LIMIT :most::int)
    UNION ALL
    (SELECT 'mandate', mandate, act_number, 'mandate', mandate FROM mandates
     WHERE mandate >= :low::text AND mandate < :high::text AND starts_with(mandate, :low::text)
     ORDER BY mandate LIMIT :most::int)
    UNION ALL
    (SELECT 'line', id, NULL, 'line', id FROM mandate_lines
     WHERE id >= :low::text AND id < :high::text AND starts_with(id, :low::text) ORDER BY id LIMIT :most::int)
    UNION ALL
    (SELECT 'tour', id, mission, 'tour', id FROM tours
     WHERE id >= :low::text AND id < :high::text AND starts_with(id, :low::text) ORDER BY id LIMIT :most::int)
    UNION ALL
    (SELECT 'post', post, id, 'tour', id FROM tours WHERE post IN (:name::text, :low::text)
     ORDER BY id LIMIT :most::int)
    UNION ALL
    (SELECT 'post', post, vacancy, 'vacancy', vacancy FROM vacancies
     WHERE post IN (:name::text, :low::text) AND announced_on <= :as_of::date ORDER BY vacancy LIMIT :most::int)
    UNION ALL
    (SELECT 'vacancy', vacancy, mission, 'vacancy', vacancy FROM vacancies
     WHERE vacancy >= :low::text AND vacancy < :high::text AND starts_with(vacancy, :low::text)
       AND announced_on <= :as_of::date ORDER BY vacancy LIMIT :most::int)
    UNION ALL
    (SELECT 'application', application, note_verbale, 'application', application FROM applications
     WHERE (application >= :low::text AND application < :high::text AND starts_with(application, :low::text)
            OR note_verbale = :name::text) AND submitted_on <= :as_of::date ORDER BY application LIMIT :most::int)
    UNION ALL
    (SELECT 'nomination', id, coalesce(person, unit), 'nomination', id FROM nominations
     WHERE id >= :low::text AND id < :high::text AND starts_with(id, :low::text) AND nominated_on <= :as_of::date
     ORDER BY id LIMIT :most::int)
    UNION ALL
    (SELECT 'person', person, NULL, 'person', person FROM candidates
     WHERE person >= :low::text AND person < :high::text AND starts_with(person, :low::text)
       AND least(registered_on, barred_since) <= :as_of::date ORDER BY person LIMIT :most::int)
    UNION ALL
    (SELECT 'person', person, id, 'tour', id FROM tours
     WHERE person = :low::text AND NOT EXISTS (SELECT FROM candidates WHERE candidates.person = tours.person)
     ORDER BY id LIMIT :most::int)
    UNION ALL
    (SELECT 'unit', unit, category, 'unit', unit FROM units
     WHERE unit >= :low::text AND unit < :high::text AND starts_with(unit, :low::text) AND pledged_on <= :as_of::date
     ORDER BY unit LIMIT :most::int)
    UNION ALL
    (SELECT 'correlation', correlation_id, NULL, 'event', id::text FROM events WHERE correlation_id = :name::text
     ORDER BY service, position LIMIT 1)
    UNION ALL
    (SELECT 'event', id::text, type, 'event', id::text FROM events WHERE id = :event::uuid LIMIT 1)
)
SELECT kind, name, about, page, id FROM hits ORDER BY lower(name) <> lower(:name::text), kind, name, id
