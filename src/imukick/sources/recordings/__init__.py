"""Recordings in: CSV files, our own and any whose headers name units -> `Recording`."""

from imukick.sources.recordings.read import Recording, read_recording

__all__ = ["Recording", "read_recording"]
