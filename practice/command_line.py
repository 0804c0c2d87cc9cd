"""How whoever runs the site calls its commands."""

from pathlib import Path

CODE = Path(__file__).resolve().parents[1]
RELEASES = ("opt", "practice", "releases")  # where deploy/install keeps each version; its command is deploy/practice


def command_line(arguments: str, code: Path = CODE) -> str:
    """Return what to type for a command of manage.py, such as `practice backup` on a server that deploy/install set up.

    Messages put it between backquotes.
    """
    program = "practice" if code.parent.parts[-len(RELEASES) :] == RELEASES else "python manage.py"
    return f"{program} {arguments}"
