"""Rows with encrypted text for the tests, as they are read and as they are stored."""

from django.db import connection

from bookings.models import Enquiry, Event, Person, Reply

WORDS = {Person: "name", Enquiry: "message", Event: "text", Reply: "body"}


def stored_values(column="name", table="bookings_person"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 (names of our own)
        return [row[0] for row in cursor.fetchall()]


def store(row, column, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [value, row.pk])  # noqa: S608


def stored_of(row, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])  # noqa: S608
        return cursor.fetchone()[0]


def read_rows(pk):
    enquiry = Enquiry.objects.get(pk=pk)
    return {
        Person: enquiry.person,
        Enquiry: enquiry,
        Event: enquiry.events.get(kind=Event.Kind.NOTE),
        Reply: enquiry.replies.get(),
    }


def words_of(rows):
    return {model: getattr(row, WORDS[model]) for model, row in rows.items()}
