-- Whether anything of a kind of stream is parked: then an answer built on it is incomplete.
SELECT EXISTS (SELECT FROM parked JOIN unnest(:rooms::text[], :prefixes::text[]) AS fed (room, prefix)
               ON parked.room = fed.room AND starts_with(parked.stream, fed.prefix))
