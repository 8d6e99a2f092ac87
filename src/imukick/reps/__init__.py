"""Excursions -> events: phases, metrics, verdicts, counting; knows the exercise, not the sensor."""
