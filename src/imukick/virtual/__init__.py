"""Sensors that are not there: device models with a bounded radio, and a Bluetooth host that needs no hardware."""
