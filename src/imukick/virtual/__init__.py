"""Sensors that are not there. So far the one sensor side of the open protocol in Python, which boards run too."""
