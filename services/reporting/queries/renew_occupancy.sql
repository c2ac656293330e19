-- Set the steps of lines anew, of each from a day on (migrations/0014-occupancy.sql).
SELECT renew_occupancy(:lines::text[], :days::date[])
