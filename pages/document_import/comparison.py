"""Compare the words of a document with those of the page that was made of it, so that none is lost silently."""

import re
from collections import Counter
from collections.abc import Iterator

from pages import richtext
from pages.diff.sequence_matcher import Matcher
from pages.document_import.document import Document, DocumentBlock, DocumentText, counted

MAX_EXAMPLES = 5
MAX_WORDS = 12  # of each example
MAX_MOVED_SHARE = 0.3  # if more words seem to have moved, the texts were too long to be compared in detail

_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # such as the hyphen that only shows at the end of a line


def losses(source: str, document: Document, left_out: str = "") -> Iterator[str]:
    """Yield notes on words that were lost or joined, and on words in another order.

    `source` is what the author wrote, in order, and `left_out` what has been reported already.
    """
    before, after = _words(source), _words(text_of(document))
    removed: list[list[str]] = []
    added: Counter[str] = Counter()
    for is_same, left, left_end, right, right_end in Matcher().steps(before, after):
        if not is_same:
            removed.append(before[left:left_end])
            added.update(after[right:right_end])
    reported = Counter(_words(left_out))
    lost, moved = [], []
    for passage in removed:
        remaining = [word for word in passage if not _take(word, reported)]
        missing = [word for word in remaining if not _take(word, added)]
        lost += [missing] if missing else []
        moved += [remaining] if remaining and not missing and remaining != _words(document.title) else []
    if lost:
        yield f"{_counted_words(lost)} of the document: {_examples(lost)}"
    if moved and sum(map(len, moved)) <= len(before) * MAX_MOVED_SHARE:
        yield f"{_counted_words(moved)} in another place than in the document: {_examples(moved)}"


def _take(word: str, words: Counter[str]) -> bool:
    words[word] -= 1
    return words[word] >= 0


def _counted_words(passages: list[list[str]]) -> str:
    return counted(sum(map(len, passages)), "word")


def _examples(passages: list[list[str]]) -> str:
    texts = [" ".join(words[:MAX_WORDS]) + (" …" if len(words) > MAX_WORDS else "") for words in passages]
    return ", ".join(f"“{text}”" for text in texts[:MAX_EXAMPLES]) + (" …" if len(texts) > MAX_EXAMPLES else "")


def text_of(document: Document) -> str:
    texts = [document.title]
    for part in document.parts:
        if isinstance(part, DocumentText | DocumentBlock):
            texts.append(richtext.to_text(part.html))
        if isinstance(part, DocumentBlock):
            texts.append(part.argument)
    return "\n".join(texts)


def _words(text: str) -> list[str]:
    return _WORD.findall(_INVISIBLE.sub("", text))
