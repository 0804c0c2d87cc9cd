from django.core.management.base import BaseCommand

from practice.backups.encryption import new_key_pair


class Command(BaseCommand):
    help = "Makes a key for backups: a public one for BACKUP_RECIPIENTS, and a secret one to keep away from the server."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        public_key, secret_key = new_key_pair()
        self.stdout.write(f"# public key, for BACKUP_RECIPIENTS: {public_key}")
        self.stdout.write(secret_key)
        self.stderr.write("Keep these lines in a file, in a place other than the server and its backups.")
