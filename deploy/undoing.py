"""Take the site off the machine. What people wrote stays until somebody deletes it by hand."""

import shutil

from deploy import proxy
from deploy.layout import Layout
from deploy.system import output, say, systemctl

UNITS = ("practice-web.service", "practice-web.socket", "practice-worker.service", "practice-backup.service",
         "practice-backup.timer")  # fmt: skip


def undo(layout: Layout) -> None:
    for unit in UNITS:
        path = layout.units / unit
        if path.exists():
            say(f"Stopping and removing {unit}.")  # a worker first ends what it is sending
            systemctl(layout, "disable", "--quiet", "--now", unit)
            path.unlink()
    systemctl(layout, "daemon-reload")
    proxy.restore(layout)
    say("Removing the code.")
    shutil.rmtree(layout.home, ignore_errors=True)
    layout.manage_command.unlink(missing_ok=True)
    say("The site's programs are gone: its services, its code, its part of Caddy's file.")
    say("Its data, keys and backups are still here. Running deploy/install again brings the site back with them.")
    say("To delete them for good, and everything that people wrote with them:")
    say(f"  rm -r {layout.var} {layout.env_file.parent}")
    if output("runuser", "-u", "postgres", "--", "psql", "-lqtA").find(f"{layout.user}|") >= 0:
        say(f"  runuser -u postgres -- dropdb {layout.user}; runuser -u postgres -- dropuser {layout.user}")
    say(f"  userdel {layout.user}; groupdel {proxy.GROUP}")
    say("Packages that were installed stay: apt-get remove caddy (and postgresql), if nothing else needs them.")
