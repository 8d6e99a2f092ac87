"""Samples -> LegMotion and Excursions: even grid, attitude, turning points, placements; knows no exercise."""
