-- Those whose names stand near each other in the UN's list.
listed AS MATERIALIZED (
    SELECT contributor, lower(name) COLLATE "C" AS name, valid_from, valid_to FROM un_list()
), candidates AS MATERIALIZED (
    SELECT likely.*, places, own.contributor_as_published AS as_published,
           beside.contributor_as_published AS neighbour_as_published
    FROM likely
    JOIN strength_returns AS own ON own.event = evidence[1]
    JOIN strength_returns AS beside ON beside.event = event_before
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT name FROM listed WHERE listed.contributor = likely.contributor
                            AND valid_from <= date AND valid_to > date), lower(own.contributor_as_published)) AS one,
               coalesce((SELECT name FROM listed WHERE listed.contributor = likely.neighbour
                            AND valid_from <= date AND valid_to > date), lower(beside.contributor_as_published)) AS two
    ) AS spelled
    CROSS JOIN LATERAL (
        SELECT 1 + count(*)::int AS places FROM listed
        WHERE valid_from <= date AND valid_to > date AND name > least(one, two) AND name < greatest(one, two)
    ) AS apart
    WHERE places <= 8
)
