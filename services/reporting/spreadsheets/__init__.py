"""Answers as files for a spreadsheet: a workbook with typed cells and its provenance, and CSV as spreadsheets read it.

Nothing is computed here. Labels and the words for codes are those of the pages, in the reader's language.
"""
