"""The pages for officials: the reports as somebody reads them, on any day, as known on any other, in three languages.

No page has a query of its own. A page is a choice of reports and lists, all read in one snapshot; its `.json` and
`.csv` twins tell the same answers. No page needs a script; the one that there is fetches it anew when it has changed.
"""
