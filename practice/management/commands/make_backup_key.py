import pyrage
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Makes a key for backups: a public one for BACKUP_RECIPIENTS, and a secret one to keep away from the server."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        identity = pyrage.x25519.Identity.generate()
        self.stdout.write(f"# public key, for BACKUP_RECIPIENTS: {identity.to_public()}")
        self.stdout.write(f"{identity}")
        self.stderr.write("Keep these lines in a file, in a place other than the server and its backups.")
