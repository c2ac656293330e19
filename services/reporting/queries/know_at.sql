-- From here on in this transaction, the views are what they were at an instant: see migrations/known.
SELECT set_config('search_path', current_schema() || '_known, ' || current_setting('search_path'), true),
       set_config('forcegen.known_at', (:as_known_at::timestamptz)::text, true)
