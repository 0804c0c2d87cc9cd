"""How gunicorn serves the site. It reads this file by itself when it is started here; options on the command win."""

# Only this machine, whatever PORT says: without this line gunicorn would listen on every interface at that port, and
# would believe the headers of anybody, not only of the proxy in front of it.
bind = "127.0.0.1:8000"
wsgi_app = "practice.wsgi"
worker_class = "practice.server.SiteWorker"
logger_class = "practice.server.SiteLogger"
workers = 2
threads = 4
graceful_timeout = 3
loglevel = "warning"
control_socket_disable = True
# Without the address and the browser of the visitor. There is no access log unless `--access-logfile` names one.
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(B)s'
