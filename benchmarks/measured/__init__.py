"""What the accuracy benchmark is made of: cases with truth, scoring, figures with their bars, intervals, tables."""
