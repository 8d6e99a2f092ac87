"""The live page: a session in a browser on this computer or, with a token, on a phone beside the mat."""

from imukick.page.presenter import Presenter, show_rows, speak, summary_facts
from imukick.page.qr import EXPOSED, code_lines
from imukick.page.server import Page, serving
from imukick.page.state import PageState

__all__ = ["EXPOSED", "Page", "PageState", "Presenter", "code_lines", "serving", "show_rows", "speak", "summary_facts"]
