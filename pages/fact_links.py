"""Put a live fact, such as a fee, where its words were typed."""

import re
from html import escape

_PIECE = re.compile(r"<(/?)(\w+)[^>]*>|[^<]+")


def replace_with_fact(html: str, words: str, token: str, fact: str) -> str:
    """Return sanitised HTML in which the first `words` outside a link, if any, are a live fact that reads `fact`."""
    spaced = r"(?:\s|&nbsp;)+".join(re.escape(escape(word, quote=False)) for word in words.split())
    pattern = re.compile(rf"(?<![\w£.,]){spaced}(?![\w]|[.,]\d)")
    in_link = False
    for piece in _PIECE.finditer(html):
        if piece[2]:
            in_link = not piece[1] if piece[2] == "a" else in_link
        elif not in_link and words.strip() and (match := pattern.search(piece[0])):
            start, end = piece.start() + match.start(), piece.start() + match.end()
            return f'{html[:start]}<a href="fact:{token}">{escape(fact)}</a>{html[end:]}'
    return html
