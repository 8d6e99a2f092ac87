"""A stand-in of MicroPython's `machine`: names alone."""

ADC = I2C = Pin = None
