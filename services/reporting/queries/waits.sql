-- Whether anything of a kind of stream is parked: then an answer built on it is incomplete.
SELECT EXISTS (SELECT FROM parked WHERE service || '/' || stream ^@ ANY (:source_streams::text[]))
