-- How many events wait of each service: they were read, and are in no view.
SELECT service, count(*) AS events FROM parked GROUP BY service
