#!/usr/bin/env python
"""Django's command line for this site."""

import os
import sys

import practice  # noqa: F401 (it refuses an old Python)


def main():  # without annotations, so that Python 2 gets as far as the sentence too
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
    os.umask(0o077)  # what the commands write, such as the SQLite database, is for this account alone
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django isn't installed here. Use `make run`, or `.venv/bin/python manage.py` once .venv is made.")

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
