"""Sentences of forms that more than one test expects. Those of `bookings.admin.texts` are taken from there."""

BOTH_TIMES = "Enter both times, or neither."
CLOCKS_GO_FORWARD = "The clocks go forward that day, so 01:30 doesn’t exist."
DAY_TOO_FAR = "Enter a day within the next year."
END_BEFORE_START = "Enter an end time later than the start."
NOT_A_TIME = "Enter a time such as 09:00."
OFF_THE_GRID = "Enter a time in steps of 5 minutes, such as 09:00 or 09:05."

# Reasons and problems that tests pass in and expect to see
CALENDAR_TOO_SLOW = "The calendar’s server takes too long to respond."
NO_ANSWER = "It did not answer."
SEVERAL_LINKS = "The message contains several links."
