"""Checks over Bluetooth whether a sensor keeps the open protocol (firmware_protocol/v1.md), rule by rule, and reports.

report = await conform(found, backend=backend)
"""

from imukick.conformance.report import Check, ConformanceReport
from imukick.conformance.rules import RULES, Result
from imukick.conformance.running import PARTS, ConformOptions, conform

__all__ = ["PARTS", "RULES", "Check", "ConformOptions", "ConformanceReport", "Result", "conform"]
