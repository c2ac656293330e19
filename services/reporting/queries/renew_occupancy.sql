-- Set the steps of lines anew, of each from a day on (migrations/functions/renew_occupancy.sql).
SELECT renew_occupancy(:lines::text[], :days::date[])
