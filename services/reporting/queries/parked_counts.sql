-- How many events wait of each room: they were read, and are in no view.
SELECT room, count(*) AS events FROM parked GROUP BY room
