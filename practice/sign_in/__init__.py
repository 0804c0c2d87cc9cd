"""Signing in to the admin: password, then a second factor, and what changes either of them.

`signals.py` says what other modules may listen to, `pending.py` what lies between the password and the second factor,
`second_factor.py` what django-allauth keeps of it. The limit of wrong tries is practice/sign_in_limit.py, the sessions
are practice/sessions.py.
"""
