"""Samples -> LegMotion and Excursions: even grid, attitude, turning points, mounting; knows no exercise."""
