"""A choice among options: hard limits, then the front, then weights, then how firmly the choice stands.

Plain numbers in, a `Decision` out; `engine.analytics.deciding` makes options of runs,
`engine.reports` puts it in words.
"""
