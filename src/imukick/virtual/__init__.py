"""Virtual sensors: device models, a radio with set faults, and a Bluetooth host that needs no hardware."""
