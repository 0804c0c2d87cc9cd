"""The colours of the practice for code and templates. `static/css/tokens.css` has the same for stylesheets."""

PAPER = "#faf7f1"
INK = "#1e2a2b"
ACTION = "#1f4a42"
BRASS = "#8a6628"

DARK_PAPER = "#131a1a"

THEME_COLOURS = {"light": PAPER, "dark": DARK_PAPER}  # of the browser's own frame, for each colour scheme
