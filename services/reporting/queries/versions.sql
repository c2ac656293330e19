-- How far each stream of a batch has been applied: the guard against duplicates and gaps.
SELECT room, stream, version
FROM stream_versions JOIN unnest(:rooms::text[], :streams::text[]) AS wanted (room, stream) USING (room, stream)
