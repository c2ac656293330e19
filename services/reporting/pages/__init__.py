"""The pages for officials: the reports in readable form, for any day, as known at any instant, in three languages.

No page has a query of its own. A page is a choice of reports and lists, all read in one snapshot; its `.json` and
`.csv` twins give the same answers. No page needs a script; the one script fetches a page again when its data changes.
"""
