"""Measures of messages: the steps of the funnel, the histogram of response times, the points of a series."""
