"""Calendars as files: what people and the therapist subscribe to or receive, and what is read as busy time."""
