-- From here on in this transaction, the views are what they are now: the opposite of know_at.sql.
SET LOCAL search_path TO DEFAULT
