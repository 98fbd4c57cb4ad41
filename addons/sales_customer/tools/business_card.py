"""Read a business card: what somebody pasted from a card, a mail signature, or a vCard.

Plain functions from text to values. Nothing is guessed that the text does not say: what is not
recognised stays out, and the user sees the result before anything is saved.
"""

import re
import unicodedata

import vobject
from vobject.base import ParseError

from .customer_keys import MAIL, is_company_name

LONGEST_TEXT = 20_000
MOST_LINES = 100
LONGEST_LINE = 300  # patterns are tried at each character
MOST_CARDS = 500
CARD_FIELDS = (
    "company_name",
    "contact_name",
    "function",
    "phone",
    "mobile",
    "email",
    "website",
    "wechat",
    "vat",
    "street",
    "zip",
)

LABELS = {
    "fax": "传真|傳真|fax|f",
    "mobile": "手机|手機|移动电话|mobile|mob|cell|cellphone|handy|m",
    "phone": "电话|電話|座机|固话|总机|热线|联系电话|tel|telephone|telefon|phone|office|t|p",
    "email": "邮箱|邮件|电子邮箱|电邮|e-?mail|mail|e",
    "website": "网址|网站|官网|website|web|homepage|w",
    "wechat": "微信号|微信|wechat(?: id)?|weixin|vx|wx",
    "vat": "税号|纳税人识别号|统一社会信用代码|信用代码|vat(?: (?:no|id))?|tax id|ust-id(?:nr)?",
    "street": "地址|公司地址|add|addr|address|adresse|a",
    "company_name": "公司|公司名称|单位|company|firma",
    "contact_name": "姓名|联系人|name|contact",
    "function": "职位|职务|position|title",
}
LABEL = re.compile(
    rf"^\W*(?:{'|'.join(f'(?P<{kind}>{words})' for kind, words in LABELS.items())})"
    r"(?:\s*[.:|]+\s*|\s+(?=[+\d(]))",
    re.IGNORECASE,
)
PHONE = re.compile(r"(?:\+|00)?\(?\d[\d\s().\-]{5,22}\d")
CHINESE_MOBILE = re.compile(r"^(?:\+?86|0086)?1[3-9]\d{9}$")
WEBSITE = re.compile(r"(?:https?://|www\.)[^\s,;]+", re.IGNORECASE)
CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?!\w)")
POSITION = re.compile(
    "经理|总监|主任|总裁|董事|总经理|工程师|采购|销售|主管|助理|专员|厂长|部长|店长|顾问|代表|会计|"
    r"\b(?:ceo|cto|cfo|coo|manager|director|engineer|president|officer|buyer|purchas\w*|head|"
    r"assistant|consultant|sales|founder|owner|partner|supervisor|specialist|executive|chairman|"
    r"leiter\w*|gesch\w*ftsf\w*hrer\w*|einkauf\w*)\b",
    re.IGNORECASE,
)
EASTERN_ADDRESS = re.compile(r"[省市区县州镇乡村路街道巷弄号栋幢楼层室座]")
WESTERN_ADDRESS = re.compile(
    r"\b(?:street|st|road|rd|avenue|ave|boulevard|blvd|lane|ln|drive|dr|building|bldg|floor|suite|"
    r"room|p\.?o\.? ?box|platz|weg|allee)\b|stra(?:ss|\u00df)e\b|str\.",
    re.IGNORECASE,
)
EASTERN_NAME = re.compile(r"^[\u4e00-\u9fff\u00b7]{2,5}$")
WESTERN_NAME = re.compile(
    r"^(?:[^\W\d_][^\W\d_.'\u2019-]*[.'\u2019-]?[^\W\d_]*\.?)(?: [^\W\d_][\w.'\u2019-]*){1,3}$"
)
GREETING = re.compile(
    r"^\W*(?:-- ?|best|kind|warm|regards|sincerely|thanks|thank you|cheers|mit freundlichen|"
    r"sent from|发自我的|祝|此致|敬礼|顺祝|谢谢)",
    re.IGNORECASE,
)


def parse_cards(text):
    """Return the values of each card in a text.

    :param text: one business card or signature as plain text, or any number of vCards
    :return: list of dicts with some of ``CARD_FIELDS``; empty when nothing was recognised
    :raise ValueError: the text says it is a vCard and is none
    """
    text = (text or "").strip()
    if text[:200].lstrip("\ufeff").upper().startswith("BEGIN:VCARD"):
        return _parse_vcards(text.lstrip("\ufeff"))
    card = parse_text(text)
    return [card] if card else []


# ---- vCard --------------------------------------------------------------------------------------


def _parse_vcards(text):
    try:
        cards = [
            _read_vcard(card)
            for _n, card in zip(range(MOST_CARDS), vobject.readComponents(text), strict=False)
            if card.name == "VCARD"
        ]
    except (ParseError, ValueError, UnicodeError) as error:
        raise ValueError(str(error)) from error
    return [card for card in cards if card]


def _read_vcard(card):
    contents = card.contents
    organisation = _get_first(contents, "org")
    address = _get_first(contents, "adr")
    result = {
        "contact_name": _get_first(contents, "fn"),
        "company_name": organisation[0] if isinstance(organisation, list) else organisation,
        "function": _get_first(contents, "title") or _get_first(contents, "role"),
        "email": _get_first(contents, "email"),
        "website": _get_first(contents, "url"),
        "wechat": _get_first(contents, "x-wechat") or _get_first(contents, "x-weixin"),
        "street": _join_address(address),
        "zip": getattr(address, "code", ""),
        **_get_vcard_phones(contents.get("tel", ())),
    }
    if result["contact_name"] == result["company_name"]:
        result["contact_name"] = ""
    return _clean(result)


def _get_first(contents, name):
    return contents[name][0].value if contents.get(name) else ""


def _join_address(address):
    parts = [getattr(address, name, "") for name in ("region", "city", "street", "extended")]
    texts = (" ".join(p) if isinstance(p, list) else p for p in parts)
    return " ".join(text for text in texts if text)


def _get_vcard_phones(numbers):
    result = {}
    for number in numbers:
        kinds = {kind.upper() for kind in number.params.get("TYPE", ())}
        value = number.value.removeprefix("tel:")
        if "FAX" not in kinds:
            is_mobile = "CELL" in kinds or _is_mobile(value)
            result.setdefault("mobile" if is_mobile else "phone", value)
    return result


# ---- plain text ---------------------------------------------------------------------------------


def parse_text(text):
    """Return what a business card or signature says, as a dict with some of ``CARD_FIELDS``."""
    card, rest = {}, []
    for line in _split_lines(text):
        if not GREETING.match(line):
            _read_line(card, rest, line)
    for line in rest:
        _read_rest(card, line)
    return _clean(card)


def _split_lines(text):
    text = unicodedata.normalize("NFKC", (text or "")[:LONGEST_TEXT])
    lines = re.split(r"[\r\n]+|\s[|\u2022]\s|\t| {3,}", text)
    return [line.strip()[:LONGEST_LINE] for line in lines if line.strip()][:MOST_LINES]


def _read_line(card, rest, line):
    """Take what is certain out of a line; what is left over is looked at later."""
    label = LABEL.match(line)
    kind = label.lastgroup if label else None
    value = line[label.end() :].strip() if label else line
    if kind in ("wechat", "vat", "street", "company_name", "contact_name", "function"):
        card.setdefault(kind, value)
        return
    value = _take(card, "email", MAIL, value)
    value = _take(card, "website", WEBSITE, value)
    value = _take(card, "vat", CREDIT_CODE, value)
    if not _is_address(value):
        value = _take_phones(card, kind, value)
    if kind is None and re.search(r"\w", value):
        rest.append(value)
    elif kind and re.search(r"[^\W\d]{2}", value) and LABEL.search(value):
        _read_line(card, rest, value)  # "Tel: 1 Fax: 2" on one line


def _take(card, name, pattern, text):
    found = pattern.search(text)
    if not found:
        return text
    card.setdefault(name, found.group().strip(".,;"))
    return (text[: found.start()] + " " + text[found.end() :]).strip()


def _take_phones(card, kind, text):
    for found in PHONE.findall(text):
        if not 7 <= sum(char.isdigit() for char in found) <= 17:
            continue
        before = text[: text.index(found)]
        own = re.search(rf"({LABELS['mobile']}|{LABELS['fax']})\W*$", before, re.IGNORECASE)
        text = text.replace(found, " ", 1)
        is_fax = kind == "fax" or (own and re.fullmatch(LABELS["fax"], own.group(1), re.I))
        if not is_fax:
            is_mobile = kind == "mobile" or own or _is_mobile(found)
            card.setdefault("mobile" if is_mobile else "phone", found.strip())
        kind = kind if kind == "fax" else None
    return text.strip()


def _is_mobile(number):
    return bool(CHINESE_MOBILE.match(re.sub(r"[^\d+]", "", number)))


def _is_address(text):
    if WESTERN_ADDRESS.search(text) and re.search(r"\d", text):
        return True
    return len(EASTERN_ADDRESS.findall(text)) >= 2 and not is_company_name(text)


def _read_rest(card, line):
    if is_company_name(line):
        card.setdefault("company_name", line)
    elif _is_address(line):
        card.setdefault("street", line)
    elif POSITION.search(line):
        _read_position(card, line)
    elif _is_name(line):
        card.setdefault("contact_name", line)
    elif re.fullmatch(r"[\u4e00-\u9fff]{4,}", line):
        card.setdefault("company_name", line)  # a brand, without its form


def _is_name(text):
    return bool(EASTERN_NAME.match(text) or WESTERN_NAME.match(text))


def _read_position(card, line):
    """A position may stand beside the name: "王伟 采购经理", "Li Na, Sales Manager"."""
    parts = [part.strip() for part in re.split(r"\s*[,()/]\s*", line) if part.strip()]
    if len(parts) == 1 and re.match(r"[\u4e00-\u9fff]", line):
        parts = line.split()
    names = [part for part in parts if _is_name(part) and not POSITION.search(part)]
    if names and "contact_name" not in card:
        card["contact_name"] = names[0]
        parts.remove(names[0])
    card.setdefault("function", " ".join(parts))


def _clean(card):
    """Return the values that say something, each on one line."""
    result = {name: " ".join(str(card.get(name) or "").split())[:1000] for name in CARD_FIELDS}
    if result["street"] and not result["zip"]:
        code = re.search(r"(?<!\d)\d{6}(?!\d)", result["street"])
        result["zip"] = code.group() if code else ""
    return {name: value for name, value in result.items() if value}
