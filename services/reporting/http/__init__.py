"""The query API: lists, reports and the stream of changes over HTTP."""
