import random
from functools import lru_cache

from odoo.tests import TransactionCase, tagged

from ..tools import search_terms as terms
from ..tools.search_terms import KINDS

CHARACTERS = "成都朗速科技有限公司重庆长城乐单曾仇解查区任华中天新盛达上海北京贸易实业行厦"
LATIN = ("ABC", "3M", "Langsu", "GmbH", "Co., Ltd.", "x")
SEPARATORS = (" ", "-", "", "  ", ".")
ROUNDS = 60


@lru_cache(maxsize=10)
def _build_stored(keys):
    return set(terms.build_terms(keys))


@tagged("post_install", "-at_install")
class TestSearchTerms(TransactionCase):
    """The builder of terms against the simplest model of it: a text that lies in another."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(20261124)

    def _make_values(self, **values):
        return {fname: "" for kind in KINDS.values() for fname in kind.fields} | values

    def _make_name(self):
        parts = ["".join(self.random.choices(CHARACTERS, k=self.random.randint(2, 9)))]
        if self.random.random() < 0.3:
            parts.insert(self.random.randint(0, 1), self.random.choice(LATIN))
        return "".join(parts)

    def _make_number(self):
        digits = "1" + "".join(self.random.choices("0123456789", k=10))
        prefix = self.random.choice(("", "+86 ", "0086", "86-"))
        separator = self.random.choice(SEPARATORS)
        return digits, prefix + separator.join((digits[:3], digits[3:7], digits[7:]))

    def _is_found(self, text, keys):
        """Tell whether keys have the terms of a typed text, and hold it, as a search sees it."""
        stored = _build_stored(tuple(keys))
        probes = terms.get_inside_probes(text, KINDS) + terms.get_prefix_probes(text, KINDS)
        return any(
            stored.issuperset(probe.terms)
            and any(key[0] == probe.letter and probe.text in key[1:] for key in keys)
            for probe in probes
        )

    def _get_pieces(self, text, shortest, longest):
        return {
            text[n : n + size]
            for size in range(shortest, longest + 1)
            for n in range(len(text) - size + 1)
        }

    def test_any_piece_of_a_name_is_found(self):
        for _n in range(ROUNDS):
            name = self._make_name()
            keys = terms.build_keys(self._make_values(name=name))
            squeezed = terms.squeeze(name)
            for piece in self._get_pieces(squeezed, 1, 4) | {squeezed, name.upper()}:
                self.assertTrue(self._is_found(piece, keys), f"{piece} of {name}")

    def test_initials_and_pinyin_of_any_part_are_found(self):
        for _n in range(ROUNDS):
            name = "".join(self.random.choices(CHARACTERS, k=self.random.randint(2, 8)))
            keys = terms.build_keys(self._make_values(name=name))
            [(full, initials), *_variants] = terms.get_pinyin_variants(name)
            self.assertEqual(len(initials), len(name))
            for piece in self._get_pieces(initials, 2, 4) | {initials}:
                self.assertTrue(self._is_found(piece, keys), f"{piece} of {name}")
            for piece in self._get_pieces(full, 4, 9) | {full[:1], full[:2], full[:3], full}:
                self.assertTrue(self._is_found(piece, keys), f"{piece} of {name} ({full})")

    def test_last_digits_of_a_number_are_found(self):
        for _n in range(ROUNDS):
            digits, written = self._make_number()
            keys = terms.build_keys(self._make_values(name="x", mobile=written))
            for size in range(4, 12):
                self.assertTrue(self._is_found(digits[-size:], keys), f"{digits[-size:]}")
            for text in (written, f"+86{digits}", f"0086 {digits}", f"86{digits}"):
                self.assertTrue(self._is_found(text, keys), f"{text} for {written}")

    def test_what_is_not_there_is_not_found(self):
        keys = terms.build_keys(self._make_values(name="成都朗速科技", mobile="13812345678"))
        for text in ("朗科", "都成", "cdks", "langke", "5679", "9381", "x", "%", ""):
            self.assertFalse(self._is_found(text, keys), text)

    def test_readings(self):
        for name, readings in {
            "单雄信": ("dxx", "sxx", "cxx", "shanxiongxin", "danxiongxin"),
            "曾国藩": ("zgf", "cgf", "zengguofan"),
            "仇英": ("qy", "cy", "qiuying"),
            "解缙": ("xj", "jj", "xiejin"),
            "查良镛": ("zly", "zhaliangyong"),
            "区小明": ("oxm", "qxm", "ouxiaoming"),
            "任乐": ("rl", "ry"),
            "万俟卨": ("mqx", "moqixie"),
            "吕布": ("lvbu", "lubu", "lb"),
            "重庆长城": ("cqcc", "chongqingchangcheng"),
            "ABC科技": ("abckj", "abckeji"),
        }.items():
            keys = terms.build_keys(self._make_values(name=name))
            for reading in readings:
                self.assertTrue(self._is_found(reading, keys), f"{reading} for {name}")

    def test_squeezed_texts_hold_nothing_special(self):
        text = "Ａ１ '\"%_\\{},\n\t\0 ＬＡＮＧ速-É 🚀 شركة \ud800"
        self.assertEqual(terms.squeeze(text), "a1lang速e🚀شركة")
        self.assertEqual(terms.squeeze(None), "")
        self.assertLessEqual(len(terms.squeeze("x" * 100_000)), 1000)

    def test_an_edit_is_bridged(self):
        for text, key in (
            ("朗迅科技", "N成都朗速科技有限公司"),
            ("朗科技有限", "N成都朗速科技有限公司"),
            ("朗速速科技", "N成都朗速科技有限公司"),
            ("orinet", "Norientmachinery"),
            ("orientmachnery", "Norientmachinery"),
        ):
            stored = set(terms.build_terms([key]))
            probes = terms.get_typo_probes(text, KINDS)
            self.assertTrue(any(stored.issuperset(p.terms) for p in probes), text)
            self.assertRegex(key, terms.get_typo_pattern(text))
