-- Of the named things, those that have a page on the day: the day by which search finds each, so that no link leads nowhere.
SELECT kind, name FROM unnest(:kinds::text[], :names::text[]) AS named (kind, name)
WHERE CASE named.kind
    WHEN 'mission' THEN EXISTS (SELECT FROM missions WHERE mission = named.name)
    WHEN 'mandate' THEN EXISTS (SELECT FROM mandates WHERE mandate = named.name)
    WHEN 'line' THEN EXISTS (SELECT FROM mandate_lines WHERE id = named.name)
    WHEN 'tour' THEN EXISTS (SELECT FROM tours WHERE id = named.name)
    WHEN 'vacancy' THEN EXISTS (SELECT FROM vacancies WHERE vacancy = named.name AND announced_on <= :as_of::date)
    WHEN 'application' THEN
        EXISTS (SELECT FROM applications WHERE application = named.name AND submitted_on <= :as_of::date)
    WHEN 'nomination' THEN EXISTS (SELECT FROM nominations WHERE id = named.name AND nominated_on <= :as_of::date)
    WHEN 'person' THEN
        EXISTS (SELECT FROM candidates WHERE person = named.name AND least(registered_on, barred_since) <= :as_of::date)
    WHEN 'unit' THEN EXISTS (SELECT FROM units WHERE unit = named.name AND pledged_on <= :as_of::date)
    END
