import re

# Nothing that could end an attribute or leave the host: quotes, brackets, blanks, a user name.
ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[^\s\"'<>`\\{}@]*")
PLACEHOLDER = re.compile(r"\{([a-z]*)\}")
NEEDED = {"x", "y", "z"}
ALLOWED = NEEDED | {"r"}


def is_tile_url(text):
    """Whether a text is the address of map tiles: https, a fixed host, {z}, {x} and {y}.

    {r} is allowed as well: "@2x" on a screen of high density, else nothing.
    """
    names = PLACEHOLDER.findall(text)
    fits = bool(ADDRESS.fullmatch(PLACEHOLDER.sub("0", text)))
    # the host is fixed: what stands before the first slash has no placeholder
    host = text.removeprefix("https://").split("/")[0]
    return fits and "{" not in host and NEEDED <= set(names) <= ALLOWED
