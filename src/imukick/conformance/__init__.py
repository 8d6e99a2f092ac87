"""Does a sensor keep to the open protocol? Asks it over Bluetooth for all that firmware_protocol/v1.md says, and reports.

report = await conform(found, backend=backend)
"""

from imukick.conformance.report import Check, Report
from imukick.conformance.rules import RULES, Result
from imukick.conformance.running import PARTS, ConformOptions, conform

__all__ = ["PARTS", "RULES", "Check", "ConformOptions", "Report", "Result", "conform"]
