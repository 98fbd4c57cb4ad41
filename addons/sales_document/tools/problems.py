"""What is wrong with a file or a template, and where."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class DocumentProblem(Exception):
    """A file or a placeholder that cannot be used.

    :param text: what is wrong, translated when it is shown
    :param place: where, such as ``Quotation!C12``; or parts of it, as translated texts
    """

    def __init__(self, text, place=""):
        super().__init__(place)
        self.text = text
        self.place = place

    def describe(self, env):
        """Return the sentence that the user of ``env`` reads."""
        text = env._(self.text)
        parts = [self.place] if isinstance(self.place, str) else self.place
        place = ", ".join(part if isinstance(part, str) else env._(part) for part in parts)
        return f"{place}: {text}" if place else text
