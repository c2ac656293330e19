"""The reporting service: what the deciding services have recorded, laid out so that a question is one indexed query.

It decides nothing. It reads the topics `approvals.events`, `vacancies.events` and `deployments.events`, writes the
views (the only writer they have), and serves the query API. Every row can be thrown away and made again from events.

`projections` say what rows an event leads to (pure); `projector` writes a batch of them in the caller's transaction;
`migrations` and `queries` are SQL; `query`, `reports` and `lists` read the views, one session a request; `http` and
`pages` answer, with a role that can only read.
"""
