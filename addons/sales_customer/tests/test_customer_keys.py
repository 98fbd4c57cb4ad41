import random
import time

from odoo.tests import BaseCase, tagged

from ..tools.customer_keys import (
    ContactValues,
    find_mails,
    get_customer_keys,
    is_company_name,
    normalize_name,
    normalize_phone,
    normalize_tax_number,
    normalize_wechat,
    split_phones,
)


@tagged("post_install", "-at_install")
class TestCustomerKeys(BaseCase):
    """What is the same customer, however it is typed, and what is not."""

    def assertSame(self, normalize, *texts):
        self.assertEqual(len({normalize(text) for text in texts}), 1, texts)
        self.assertTrue(normalize(texts[0]))

    def test_company_forms(self):
        self.assertSame(
            normalize_name,
            "成都朗速科技有限公司",
            "成都朗速科技 有限责任公司",
            "成都朗速科技股份有限公司",
            "成都朗速科技",
            "成都朗速科技(有限公司)",
        )
        self.assertSame(
            normalize_name,
            "Langsu Trading Co., Ltd.",
            "LANGSU TRADING CO.,LTD",
            "Langsu Trading Inc",
            "langsu  trading GmbH & Co. KG",
            "\uff2c\uff41\uff4e\uff47\uff53\uff55 Trading",
            "Langsu Trading S.A.",
        )
        self.assertSame(normalize_name, "株式会社ソニー", "(株)ソニー".replace("(株)", "株式会社 "))

    def test_long_blanks_take_no_time(self):
        begin = time.monotonic()
        self.assertEqual(split_phones("138 0013" + "\t" * 9900 + "8000 ext 5"), ["138 0013 8000"])
        self.assertLess(time.monotonic() - begin, 0.5, "not the square of their number")

    def test_other_companies_stay_others(self):
        names = ("成都朗速科技", "成都朗速", "Cobalt Ltd", "Balt Co", "Inc", "有限公司", "Coco")
        self.assertEqual(len({normalize_name(name) for name in names}), len(names))

    def test_a_form_alone_is_a_name(self):
        self.assertEqual(normalize_name("Inc."), "inc")
        self.assertEqual(normalize_name("有限公司"), "有限公司")
        self.assertEqual(normalize_name("😀😀"), "")

    def test_phones(self):
        self.assertSame(
            lambda text: normalize_phone(text, "CN"),
            "138 0013 8000",
            "+86 138-0013-8000",
            "0086 13800138000",
            "8613800138000",
            "\uff11\uff13\uff18 0013 8000",
        )
        self.assertEqual(normalize_phone("138 0013 8000", "CN"), "+8613800138000")
        self.assertEqual(normalize_phone("02 1234 5678", "IT"), "+390212345678")
        self.assertEqual(normalize_phone("999 999", "CN"), "999999", "none, but its digits are")
        self.assertEqual(normalize_phone("call me", "CN"), "")
        self.assertEqual(normalize_phone("+" + "9" * 10_000, "CN"), "9" * 10_000)

    def test_several_phones_in_one_field(self):
        self.assertEqual(
            split_phones("028-85550101转8; 13800138000、021 5555 0100 ext. 12"),
            ["028-85550101", "13800138000", "021 5555 0100"],
        )

    def test_tax_numbers(self):
        self.assertSame(normalize_tax_number, "91510100ma6cgpqx5t", "9151 0100-MA6CGPQX5T")
        for nothing in ("", None, "/", "N/A", "none", "000000000", "12"):
            self.assertEqual(normalize_tax_number(nothing), "", nothing)

    def test_mails_and_domains(self):
        self.assertEqual(find_mails("Li <Li@Langsu.COM>, b@x.cn"), ["li@langsu.com", "b@x.cn"])
        contact = ContactValues("CN", (), ("li@langsu.com; li@qq.com",), ("www.langsu.cn/a",))
        keys = get_customer_keys(contacts=[contact])
        self.assertEqual(
            {key.value for key in keys if key.kind == "domain"}, {"langsu.com", "langsu.cn"}
        )

    def test_wechat(self):
        self.assertSame(normalize_wechat, "LangSu_CD", " langsu_cd", "langsu _CD")

    def test_names_of_persons_are_no_keys(self):
        self.assertFalse(get_customer_keys("王伟", is_company=False))
        self.assertTrue(get_customer_keys("王伟商贸有限公司", is_company=False))
        self.assertTrue(is_company_name("Wang Trading Ltd"))

    def test_endless_text_fits_into_the_index(self):
        long = "朗速" * 5_000
        other = long + "x"
        values = {key.value for name in (long, other) for key in get_customer_keys(name)}
        self.assertEqual(len(values), 2)
        self.assertLessEqual(max(map(len, values)), 200)


@tagged("post_install", "-at_install")
class TestCustomerKeysProperty(BaseCase):
    """Random ways to type the same name against a simple model of what a name is."""

    FORMS = (
        "",
        "有限公司",
        " Co., Ltd.",
        " GmbH",
        "，有限责任公司",
        " inc",
        " S.p.A.",
        " (Pty) Ltd",
    )
    NOISE = (" ", "\u3000", "-", "·", "\u200f", "\u202b", "😀", ".", "\u200b", "'", "\t")
    CORES = ("朗速", "abc", "ŁódźX", "مرحبا", "שלום", "カナ", "한국", "zażółć", "x1")

    def _to_wide(self, char):
        return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char

    def _disguise(self, dice, core):
        """The same letters in another width and case, with noise between them."""
        result = []
        for char in core:
            char = dice.choice([char, self._to_wide(char), char.upper(), char.lower()])
            result += [char, *dice.choices(self.NOISE, k=dice.choice((0, 0, 0, 1)))]
        return "".join(result) + dice.choice(self.FORMS)

    def test_disguises(self):
        dice = random.Random(4)
        for _attempt in range(2_000):
            core = "".join(dice.choices(self.CORES, k=dice.randint(1, 4)))
            disguised = self._disguise(dice, core)
            self.assertEqual(normalize_name(disguised), normalize_name(core), disguised)

    def test_normalising_again_changes_nothing(self):
        dice = random.Random(5)
        pieces = [*self.FORMS, *self.NOISE, *self.CORES, "ltd", "公司", "株式会社", "\U0001f1e8"]
        for _attempt in range(2_000):
            text = "".join(dice.choices(pieces, k=dice.randint(0, 12)))
            once = normalize_name(text)
            self.assertEqual(normalize_name(once), once, text)

    def test_whatever_comes_is_survived(self):
        dice = random.Random(6)
        for _attempt in range(500):
            text = "".join(
                chr(dice.choice((dice.randint(1, 0x2FF), dice.randint(1, 0xD7FF))))
                for _n in range(dice.randint(0, 60))
            )
            contact = ContactValues("CN", (text,), (text,), (text,), text)
            keys = get_customer_keys(text, True, (text,), [contact])
            self.assertFalse([key for key in keys if not key.value or len(key.value) > 200])
