-- Mandate lines with the terms of the day: a line that begins later shows its first terms.
SELECT id, to_json(item) AS item
FROM (
    SELECT mandate_lines.*, terms.version AS terms_version, terms.since AS terms_since, terms.missions,
           terms.categories, terms.ceiling, terms.qualifier, terms.valid_from, terms.valid_until, terms.act_number,
           (SELECT coalesce(json_agg(json_build_object('mission', sub.mission, 'ceiling', sub.ceiling)
                                     ORDER BY sub.mission), '[]')
            FROM sub_ceilings AS sub WHERE sub.line = terms.line AND sub.version = terms.version) AS sub_ceilings,
           (SELECT coalesce(json_agg(waivers.* ORDER BY waivers.valid_from), '[]')
            FROM waivers WHERE waivers.line = mandate_lines.id) AS waivers,
           (SELECT coalesce(json_agg(every ORDER BY every.version), '[]')
            FROM (SELECT version, since, missions, categories, ceiling, qualifier, valid_from, valid_until, act_number, event
                  FROM line_terms WHERE line_terms.line = mandate_lines.id) AS every) AS terms,
           in_force(mandate_lines.since, ends_on, terms.valid_from, terms.valid_until, :as_of::date) AS in_force,
           EXISTS (SELECT FROM parked WHERE (service, stream) IN (('approvals', 'mandate/' || mandate_lines.mandate),
                                                               ('deployments', 'line/' || mandate_lines.id)))
               AS incomplete
    FROM mandate_lines JOIN terms_on(:as_of::date) AS terms ON terms.line = mandate_lines.id
) AS item
WHERE {contributor? contributor = :contributor::text}
  AND {mandate? mandate = :mandate::text}
  AND {mission? :mission::text = ANY (missions)}
  AND {category? :category::text = ANY (categories)}
  AND {in_force? in_force = :in_force::boolean}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
