-- Which rows the views have: every change of theirs raises the number. A rebuild puts another table in the place of this
-- one, and whatever else can turn the number back, such as a backup, begins with a start of the server.
SELECT last, tableoid::bigint AS made, pg_postmaster_start_time() AS started FROM change_head
