"""The report for people who decide: one document, drawn as a web page, a PDF and slides with the same figures."""
