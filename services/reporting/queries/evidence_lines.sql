-- On what it rests that no line is in force: the mandate lines on record that had begun by the day.
SELECT count(*) FILTER (WHERE lines.since <= :as_of::date) AS compared, min(lines.since) AS first_day,
       max(lines.since) FILTER (WHERE lines.since <= :as_of::date) AS last_day
FROM mandate_lines AS lines
WHERE {contributor? lines.contributor = :contributor::text}
  AND {mandate? lines.mandate = :mandate::text}
  AND {line? lines.id = :line::text}
  AND {missions? EXISTS (SELECT FROM line_terms AS terms WHERE terms.line = lines.id AND terms.missions && :missions::text[])}
  AND {categories? EXISTS (
      SELECT FROM line_terms AS terms WHERE terms.line = lines.id AND terms.categories && :categories::text[])}
