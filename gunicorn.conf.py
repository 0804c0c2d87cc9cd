"""Settings of gunicorn, which reads this file by itself; its command line wins over it."""

# Only this machine, whatever PORT says: without this line gunicorn would listen on every interface at that port, and
# would believe the headers of anybody, not only of the proxy in front of it.
bind = "127.0.0.1:8000"
