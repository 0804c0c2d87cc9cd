"""What the site is told while it is tested; said in full, so that a developer's own .env changes nothing."""

TESTING = {
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "FIELD_KEY": "b25seS1mb3ItdGVzdHMtMDEyMzQ1Njc4OWFiY2RlZmc=",
    "SITE_URL": "http://127.0.0.1:8000",
    "OTHER_HOSTS": "",
    "HSTS_SECONDS": "",
    "HSTS_INCLUDE_SUBDOMAINS": "",
    "HSTS_PRELOAD": "",
    "DEBUG": "False",
    "BEHIND_PROXY": "False",
    "HEALTH_TOKEN": "",
    "BACKUP_FOLDER": "",
    "BACKUP_RECIPIENTS": "",
    "HEARTBEAT_URL": "",
    "EMAIL_URL": "memorymail://",
    "DKIM_SELECTOR": "",
    "EMAIL_FROM": "website@localhost",
    "THERAPIST_EMAIL": "therapist@localhost",
    "ENQUIRIES_PER_HOUR_ONE_CONNECTION": "10",
    "ENQUIRIES_PER_HOUR_ALL": "100",
}

# A site as it would stand on the internet; complete, so that each test can take one thing away.
PRODUCTION = {
    **TESTING,
    "SITE_URL": "https://practice.example",
    "EMAIL_URL": "smtp+tls://user:password@mail.practice.example:587",
    "EMAIL_FROM": "website@practice.example",
    "THERAPIST_EMAIL": "therapist@practice.example",
}
