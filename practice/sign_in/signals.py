"""What happens when somebody signs in or changes how they do. Receivers run in the request that caused it.

Django's own signals are sent too: `user_logged_in` and `user_logged_out`, and `user_login_failed` for a wrong password
and for a wrong code.
"""

from django.dispatch import Signal

# A sign-in is complete: the password and, where there is one, the second factor were right. Sent with `request`,
# `response` (which may be given cookies), `user`, `method` (a SignInMethod), `is_new_device`, and `password`: the
# password in clear, here and nowhere else, or None from somebody who signed in by a passkey alone.
completed = Signal()

# A password was changed. Sent with `user`, `password` (the new one in clear, or None if there is none any more),
# `old_password` (in clear from somebody who has just typed it, else None, as after “Forgotten your password?”), and
# `request` and `response`, which are None where a command on the server or the holder of another account has set it.
password_changed = Signal()

# Somebody who is signed in has typed their password again, and it was right. Sent with `request`, `user`, `password`.
password_confirmed = Signal()

# An app, a passkey or the recovery codes were added or removed. Sent with `user`.
second_factor_changed = Signal()

# Somebody has made an account in the admin. Sent with `user`.
account_added = Signal()

# The address to which notices or an account's messages go was changed. Sent with `before` and `after`.
address_changed = Signal()

# Somebody asks for a link to a new password. Sent with `user`, who has an address.
reset_asked = Signal()

# A command on the server has made a link to a new password. Sent with `user`.
reset_on_server = Signal()
