"""What the therapist sees: enquiries and answers, the diary and its week, calendars, figures."""
