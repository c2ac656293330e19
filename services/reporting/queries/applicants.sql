-- Which State made an application.
SELECT application, contributor FROM applications WHERE application = ANY (:applications::text[])
