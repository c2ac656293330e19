-- How far each of these streams is in the views, and which projections made the views: asked with every batch, because
-- views of others may have taken their place meanwhile.
SELECT service, stream, coalesce(stream_versions.version, 0) AS version,
       (SELECT projection_version.version FROM projection_version) AS projections
FROM unnest(:services::text[], :streams::text[]) AS wanted (service, stream)
LEFT JOIN stream_versions USING (service, stream)
