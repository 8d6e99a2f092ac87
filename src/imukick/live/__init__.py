"""The live page: a session in a browser on this computer or, with a token, on a phone beside the mat."""

from imukick.live.board import Board
from imukick.live.qr import EXPOSED, code_lines
from imukick.live.server import Page, serving
from imukick.live.telling import Teller, show_rows, summary_facts

__all__ = ["EXPOSED", "Board", "Page", "Teller", "code_lines", "serving", "show_rows", "summary_facts"]
