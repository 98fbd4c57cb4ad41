"""What two entries of the same customer have in common, however it was typed.

Plain functions over plain values: the same for a form that is being filled, for a batch that is
being saved and for a database that is being upgraded.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from odoo.exceptions import UserError

from odoo.addons.iap.tools.iap_tools import _MAIL_PROVIDERS
from odoo.addons.phone_validation.tools import phone_validation

# In the order of what they prove.
KINDS = ("tax", "wechat", "phone", "mail", "name", "domain")
# The fields of a partner that a kind is made of. A name is nobody's secret, and never unique.
KEY_SOURCES = {
    "tax": {"vat", "company_registry"},
    "wechat": {"wechat"},
    "phone": {"phone", "mobile"},
    "mail": {"email"},
    "domain": {"email", "website"},
    "name": set(),
}
LONGEST_VALUE = 200  # an index entry has a limit, a name that somebody pastes has none
LONGEST_TEXT = 20_000
FEWEST_DIGITS = 5  # less is an extension or a typing error, and everybody has it
FEWEST_TAX_CHARACTERS = 5

# Domains that many customers have: of mail boxes, and of pages on somebody else's site.
PUBLIC_MAIL_DOMAINS = frozenset(_MAIL_PROVIDERS) | {
    "1688.com",
    "189.cn",
    "21cn.com",
    "263.net",
    "alibaba.com",
    "aliyun.com",
    "facebook.com",
    "jd.com",
    "sina.cn",
    "sina.com.cn",
    "taobao.com",
    "tmall.com",
    "tom.com",
    "vip.163.com",
    "vip.qq.com",
    "vip.sina.com",
    "wo.cn",
}
WESTERN_FORMS = frozenset(
    [
        "ab",
        "ag",
        "as",
        "asa",
        "aps",
        "bhd",
        "bv",
        "bvba",
        "co",
        "cokg",
        "coltd",
        "corp",
        "corporation",
        "company",
        "eurl",
        "gesmbh",
        "gmbh",
        "inc",
        "incorporated",
        "jsc",
        "kft",
        "kg",
        "kgaa",
        "kk",
        "lda",
        "limited",
        "llc",
        "llp",
        "lp",
        "ltd",
        "ltda",
        "mbh",
        "nv",
        "ohg",
        "oy",
        "oyj",
        "plc",
        "pte",
        "pty",
        "pvt",
        "sa",
        "sarl",
        "sas",
        "sasu",
        "sdn",
        "se",
        "sl",
        "slu",
        "spa",
        "spzoo",
        "sprl",
        "srl",
        "sro",
        "ug",
        "ulc",
        "zrt",
    ]
)
# Longest first: the short ones are ends of the long ones.
EASTERN_FORMS = (
    "股份有限责任公司",
    "股份有限責任公司",
    "有限责任公司",
    "有限責任公司",
    "股份有限公司",
    "有限公司",
    "股份公司",
    "责任公司",
    "責任公司",
    "株式会社",
    "株式會社",
    "有限会社",
    "合同会社",
    "주식회사",
    "有限责任",
    "有限",
    "股份",
    "公司",
)
EASTERN_PREFIXES = ("株式会社", "株式會社", "有限会社", "주식회사")
PHONE_SEPARATORS = re.compile(r"[;,/|、，；\n\r]+")
PHONE_EXTENSION = re.compile(r"\s*(?:转|轉|分机|ext\.?|x|#)\s*\d+\s*$", re.IGNORECASE)
MAIL = re.compile(r"[^\s<>()\[\],;:\"@]+@[^\s<>()\[\],;:\"@]+\.[^\s<>()\[\],;:\"@.]+")


class CustomerKey(NamedTuple):
    kind: str
    value: str


class ContactValues(NamedTuple):
    """The ways to reach a company, or one of its contacts."""

    country_code: str = ""
    phones: tuple = ()
    emails: tuple = ()
    websites: tuple = ()
    wechat: str = ""


def get_customer_keys(name="", is_company=True, tax_numbers=(), contacts=(), kinds=KINDS):
    """Return the keys of a customer.

    :param name: the name of the company, or of the person who is the customer
    :param is_company: persons have names in common: theirs tells nothing
    :param tax_numbers: tax ID, credit code, number in the register
    :param contacts: :class:`ContactValues` of the company and of each of its contacts
    :param kinds: only keys of these kinds; a phone takes a hundred times as long as a tax ID
    :return: set of :class:`CustomerKey`
    """
    keys = {("tax", normalize_tax_number(number)) for number in tax_numbers}
    if is_company or is_company_name(name):
        keys.add(("name", normalize_name(name)))
    for contact in contacts:
        keys |= _get_contact_keys(contact, kinds)
    return {CustomerKey(kind, shorten(value)) for kind, value in keys if value and kind in kinds}


def _get_contact_keys(contact, kinds):
    numbers = contact.phones if "phone" in kinds else ()
    phones = (phone for text in numbers for phone in split_phones(text))
    mails = {mail for text in contact.emails for mail in find_mails(text)}
    domains = {get_mail_domain(mail) for mail in mails}
    domains |= {get_website_domain(website) for website in contact.websites}
    return (
        {("phone", normalize_phone(phone, contact.country_code)) for phone in phones}
        | {("mail", mail) for mail in mails}
        | {("domain", domain) for domain in domains}
        | {("wechat", normalize_wechat(contact.wechat))}
    )


def shorten(value):
    """Return a value that fits into an index, and is still another one for another text."""
    if len(value) <= LONGEST_VALUE:
        return value
    digest = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32]
    return f"{value[: LONGEST_VALUE - 33]}#{digest}"


def _fold(text):
    """Return the text in one width and case, without what cannot be stored."""
    text = unicodedata.normalize("NFKC", (text or "")[:LONGEST_TEXT]).casefold()
    return unicodedata.normalize("NFKC", text)


# ---- name ---------------------------------------------------------------------------------------


def _get_words(name):
    """Return the words without punctuation, symbols, emoji and marks of direction.

    A dot joins what it stands between: "S.A." is the same form as "SA".
    """
    folded = "".join(char for char in _fold(name) if char not in ".'\u2019\u00b7\u200d\ufe0f")
    spaced = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in folded)
    return spaced.split()


def _strip_eastern_form(word):
    for form in EASTERN_FORMS:
        if word.endswith(form):
            return word[: -len(form)]
    for form in EASTERN_PREFIXES:
        if word.startswith(form):
            return word[len(form) :]
    return word


def _strip_forms(words):
    """Take the words for the form of the company off the end, as long as something is left."""
    words = list(words)
    while words:
        stripped = _strip_eastern_form(words[-1])
        if len(words) > 1 and (words[-1] in WESTERN_FORMS or not stripped):
            words.pop()
        elif stripped and stripped != words[-1]:
            words[-1] = stripped
        else:
            break
    if len(words) > 1 and words[0] in EASTERN_PREFIXES:
        words.pop(0)
    return words


def normalize_name(name):
    """Return the name without its company form, blanks, punctuation, case and width."""
    result = "".join(_strip_forms(_get_words(name)))
    again = "".join(_strip_forms(_get_words(result)))
    while again != result:
        result, again = again, "".join(_strip_forms(_get_words(again)))
    return result


def is_company_name(name):
    """Tell whether the name carries a company form."""
    words = _get_words(name)
    return words != _strip_forms(words)


# ---- numbers ------------------------------------------------------------------------------------


def normalize_tax_number(number):
    """Return letters and digits of a tax ID, or nothing for a "/", "none" or "000000"."""
    text = "".join(char for char in _fold(number).upper() if char.isalnum())
    if len(text) < FEWEST_TAX_CHARACTERS or len(set(text)) < 2:
        return ""
    return text if any(char.isdigit() for char in text) else ""


def split_phones(text):
    """Return the numbers of a field that people put several into, without extensions."""
    text = unicodedata.normalize("NFKC", (text or "")[:LONGEST_TEXT])
    # blanks as one: to look for the end of many takes the square of their number
    parts = (" ".join(part.split()) for part in PHONE_SEPARATORS.split(text))
    numbers = (PHONE_EXTENSION.sub("", part).strip() for part in parts)
    return [number for number in numbers if number][:20]


@lru_cache(maxsize=20_000)
def normalize_phone(number, country_code=""):
    """Return the number in E.164, or its digits when it is none that can be dialled."""
    number = unicodedata.normalize("NFKC", number or "")
    digits = "".join(str(unicodedata.digit(c)) for c in number if unicodedata.digit(c, -1) >= 0)
    if len(digits) < FEWEST_DIGITS:
        return ""
    try:
        parsed = phone_validation.phone_parse(number, country_code or None)
    except UserError:
        return digits
    return f"+{parsed.country_code}{_get_national_number(parsed)}"


def _get_national_number(parsed):
    zeros = (parsed.number_of_leading_zeros or 1) if parsed.italian_leading_zero else 0
    return f"{'0' * zeros}{parsed.national_number}"


# ---- addresses in the net -----------------------------------------------------------------------


def find_mails(text):
    """Return the mail addresses of a field, in lower case."""
    words = [word[:320] for word in _fold(text).split() if "@" in word][:20]
    return [mail.strip(".") for word in words for mail in MAIL.findall(word)][:20]


def get_mail_domain(mail):
    """Return the domain of the company, or nothing for a mail box that anybody can have."""
    domain = mail.rpartition("@")[2]
    return "" if domain in PUBLIC_MAIL_DOMAINS else domain


def get_website_domain(website):
    text = _fold(website).strip()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""  # what was typed is no address
    domain = host.removeprefix("www.")
    return domain if "." in domain and domain not in PUBLIC_MAIL_DOMAINS else ""


def normalize_wechat(wechat):
    return "".join(_fold(wechat).split())
