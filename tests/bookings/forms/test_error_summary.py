"""What is wrong with a form as a whole is said in whole sentences; the error of one field is short."""

import pytest

from bookings import submissions
from bookings.views import consultation, private_page_request, return_to_request


@pytest.mark.parametrize(
    "problem",
    [
        consultation.NO_COOKIE,
        private_page_request.NO_COOKIE,
        private_page_request.TOO_MANY_ACTS,
        return_to_request.NO_COOKIE,
        return_to_request.TOO_MANY,
        return_to_request.WRONG,
        submissions.NOT_STORED,
        submissions.TOO_MANY,
        submissions.TOO_MANY_ADDITIONS,
        submissions.TOO_OLD,
    ],
)
def test_a_problem_of_the_whole_form_ends_with_a_full_stop(problem):
    assert problem.endswith(".")
