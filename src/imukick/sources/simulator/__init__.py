"""A simulated person kicking with a sensor at the ankle, by our own rigid-body kinematics, with exact truth."""

from imukick.sources.simulator.session import Simulated, recording_meta, simulate
from imukick.sources.simulator.spec import WORDS, Spec

__all__ = ["WORDS", "Simulated", "Spec", "recording_meta", "simulate"]
