"""The reporting service: projects what the deciding services have recorded, so that each question is one indexed query.

It decides nothing. It reads the topics `approvals.events`, `vacancies.events` and `deployments.events`, writes the
views (as their only writer), and serves the query API. Every row can be deleted and made again from events.

`projections` define the rows that an event leads to (pure); `projector` writes a batch of them in the caller's
transaction; `migrations` and `queries` are SQL; `query`, `reports` and `lists` read the views, one session a request;
`http` and `pages` answer requests, with a role that can only read.
"""
