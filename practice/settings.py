"""The only settings file. The defaults are safe; the environment changes them (see .env.example)."""

from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.http.request import split_domain_port
from django_prose_editor.config import html_tags
from js_asset import static_lazy

from practice.env import Env, database, folder, host_name, mail, read_file, site_url, sqlite

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
read_file(BASE_DIR / ".env")  # the environment wins over the file
VAR_DIR = folder(Path(env.str("VAR_DIR", default=BASE_DIR / "var")).absolute(), "VAR_DIR")

# --- Identity --------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
FIELD_KEYS = [key.strip() for key in env.list("FIELD_KEY", default=[])]
SITE_URL = site_url(env.str("SITE_URL", default="http://127.0.0.1:8000"))
SITE_HOST = split_domain_port(urlsplit(SITE_URL).netloc)[0]
HTTPS = SITE_URL.startswith("https:")
LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "::1", "[::1]"]
OTHER_HOSTS = [  # their addresses redirect to SITE_URL (practice/main_host.py)
    name if name == "*" else host_name(name, "OTHER_HOSTS")
    for name in filter(None, map(str.strip, env.list("OTHER_HOSTS", default=[])))
]
ALLOWED_HOSTS = [SITE_HOST, *OTHER_HOSTS]
PUBLIC = any(host not in LOOPBACK_HOSTS for host in ALLOWED_HOSTS)
if not PUBLIC:
    ALLOWED_HOSTS += LOOPBACK_HOSTS
HEALTH_TOKEN = env.str("HEALTH_TOKEN", default="")  # of a monitor elsewhere that asks for /health/
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=None)  # None means unknown

# --- Applications ----------------------------------------------------------------------------
INSTALLED_APPS = [
    "practice.apps.PracticeAdminConfig",
    "practice.apps.UsersConfig",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "practice.apps.AllauthAccountConfig",
    "practice.apps.SecondFactorConfig",
    "content_editor",
    "django_prose_editor",
    "crispy_forms",
    "csp",
    "practice.apps.PracticeConfig",
    "pages.apps.PagesConfig",
    "bookings.apps.BookingsConfig",
]

MIDDLEWARE = [
    "practice.security_headers.security_headers",
    "practice.health_page.health_page",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "practice.middleware.plain_requests",
    "practice.main_host.main_host",  # after the form was read: the page that refuses an unknown host reads it
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "practice.sealing.opened.middleware",
    "practice.middleware.UnusableValues",
    "practice.errors.DatabaseUnavailable",
    "practice.middleware.right_database",
]

ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "practice.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "practice.context_processors.practice",
                "pages.context_processors.navigation",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["plain"]
CRISPY_TEMPLATE_PACK = "plain"
CRISPY_FAIL_SILENTLY = False

# --- Database --------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASES = {"default": database(DATABASE_URL) if DATABASE_URL else sqlite(VAR_DIR / "site.sqlite3")}
DATABASE_CONNECT_SECONDS, DATABASE_STATEMENT_SECONDS = 3, 10  # then a page or a form says that it has to wait
DATABASES["default"]["CONN_MAX_AGE"] = 300
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # Readers never wait for a writer (WAL), writers wait instead of failing (IMMEDIATE), and a
    # deleted enquiry is overwritten with zeros (secure_delete).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_STATEMENT_SECONDS,  # that a writer waits
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;",
    }
    # A file, because the worker in the tests is another process.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATABASES['default']['NAME']}.test"}
else:
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", DATABASE_CONNECT_SECONDS)
    DATABASES["default"]["OPTIONS"].setdefault("options", f"-c statement_timeout={DATABASE_STATEMENT_SECONDS}s")

# --- Backups (practice/backups) and monitoring ---------------------------------------------------
BACKUP_RECIPIENTS = [key.strip() for key in env.list("BACKUP_RECIPIENTS", default=[])]
_folder = env.str("BACKUP_FOLDER", default="")
BACKUP_FOLDER = BASE_DIR / _folder if _folder else None  # an absolute path stays as it is
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")

# --- Mail ------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", str(VAR_DIR / "mail")
vars().update(mail(EMAIL_URL) if EMAIL_URL else {})
# Seconds for each answer of the mail server; bookings/worker/retries.py says how long all of them may take. A message
# that it accepted after that is sent twice.
EMAIL_TIMEOUT = 90
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="website@localhost")
MESSAGE_ID_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
DKIM_SELECTOR = env.str("DKIM_SELECTOR", default="")  # the name of the mail provider's key, for `manage.py doctor`
THERAPIST_EMAIL = env.str("THERAPIST_EMAIL", default="")

# --- Limits ----------------------------------------------------------------------------------
# Enquiries an hour before the form asks to wait (one connection), and before the notices of them are joined (all).
ENQUIRIES_PER_HOUR_ONE_CONNECTION = env.int("ENQUIRIES_PER_HOUR_ONE_CONNECTION", default=10)
ENQUIRIES_PER_HOUR_ALL = env.int("ENQUIRIES_PER_HOUR_ALL", default=100)
# Bytes in one request. Visitors send little; the admin sends pictures and documents. A file that is too large for its
# form still has to arrive, so that the form can say so and return everything else.
MAX_BYTES_FROM_VISITORS = 512 * 1024
MAX_BYTES_FROM_STAFF = FILE_UPLOAD_MAX_MEMORY_SIZE = 32_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 8_000_000  # without files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000  # the page editor sends several fields for each block
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # never write an upload to the disk

# --- Functions of one app that another calls. Dotted paths avoid imports between the apps. ------
PRIVACY_NOTICE_VERSION = "pages.publishing.privacy_notice_version"  # a function without arguments
# What each process remembers from its start, for forms that are sent while the database is away.
READ_AT_START = ["practice.facts.current", "bookings.form_choices.read"]
# Words that apps use where else the short name of a location stands.
RESERVED_LOCATION_SLUGS = ["bookings.forms.consultation.LOCATION_VALUES", "pages.structured_data.NODE_NAMES"]

ERASE_AGAIN = "bookings.erasures.erase_again"  # what a restored backup has brought back

SEND_TEST_MESSAGE = "bookings.messages.mail_test.send"  # for `manage.py doctor --test-message`

HEALTH_CHECKS = [  # what /health/ and `manage.py doctor` look at; the first two don't need the database
    "practice.health.disk",
    "practice.health.static_files",
    "practice.health.database",
    "practice.health.migrations",
    "practice.health.field_key",
    "practice.health.clock",
    "bookings.health.worker",
    "bookings.health.messages",
    "bookings.health.encryption",
    "bookings.health.erasure",
    "practice.backups.health.backups",
]

DOCTOR_CHECKS = [  # what only `manage.py doctor` looks at, most of it through the network
    "practice.backups.health.set_up",
    "practice.heartbeat.last_answer",
    "bookings.health.mail",
    "practice.doctor.mail_domain.findings",
    "practice.doctor.website.findings",
]

RETENTION_TASKS = [  # run every hour, in this order; each is called with the current time
    "bookings.idle.close_forgotten",
    "bookings.retention.date_client_records",
    "bookings.retention.erase_expired",
    "bookings.person_keys.delete_orphans",
    "bookings.merging.forget_orphans",
    "bookings.series.forget_orphans",
    "bookings.people.clear_orphaned_invoices",
    "practice.sealing.practice_keys.remove_former_therapists",
    "bookings.sealing.seal_rest",
    "bookings.enquiries.forget_digests",
    "practice.rate_limits.delete_past_acts",
    "practice.sign_in_limit.forget_failures",
    "bookings.worker.timed_messages.delete_old_summaries",
    "bookings.worker.timed_messages.delete_sent_notices_of_erasures",
    "pages.admin.preview_views.delete_old_snapshots",
    "bookings.enquiries.tell_of_forgotten_suspects",
    "practice.backups.erasures.forget_old",
    "practice.audit.delete_old",
]

# --- Text editor --------------------------------------------------------------------------------
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("js/editor/extensions.js")],
        "extensions": {"Pasting": html_tags([]), "Leaving": html_tags([])},  # these two add no element
    }
]

# --- Language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]  # Django's own sentences in the words of this site
FORMAT_MODULE_PATH = "practice.formats"
USE_TZ = True

# --- Sign-in -----------------------------------------------------------------------------------
PASSWORD_HASHERS = [
    "practice.hashers.LimitedArgon2Hasher",
    "practice.hashers.LimitedPBKDF2Hasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "practice.password_rules.RepetitionValidator"},
    {"NAME": "practice.password_rules.DigitsValidator"},
    {"NAME": "practice.password_rules.KeyboardRowValidator"},
    {"NAME": "practice.password_rules.OwnWordsValidator"},
]
AUTHENTICATION_BACKENDS = ["practice.roles.RoleBackend"]
# What the roles may do; a therapist may do everything. “pages.*” is every permission of that app.
ROLE_PERMISSIONS = {
    "assistant": [
        "bookings.view_enquiry",
        "bookings.change_enquiry",
        "bookings.view_invoice",
        "bookings.add_invoice",
        "bookings.view_weeklyhours",
        "bookings.change_weeklyhours",
        "bookings.view_openingexception",
        "bookings.add_openingexception",
        "bookings.change_openingexception",
        "bookings.delete_openingexception",
    ],
    "editor": ["pages.*"],
}
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60  # seconds that the link to a new password works
# django-allauth keeps the second factor; the screens, their limits and their order are in practice/sign_in.
MFA_ADAPTER = "practice.sign_in.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # the code before and the one after too, for a clock that is half a minute off (RFC 6238, 5.2)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "admin:login"

# --- Cookies: only the form and the admin set them -----------------------------------------------
_prefix = "__Host-" if HTTPS else ""
SESSION_ENGINE = "practice.sessions"
SESSION_COOKIE_NAME = f"{_prefix}desk"
SESSION_IDLE, SESSION_LIMIT = timedelta(minutes=30), timedelta(hours=12)  # without a request, and from the sign-in on
SESSION_COOKIE_AGE = int(SESSION_IDLE.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
KNOWN_DEVICE_COOKIE_NAME = f"{_prefix}device"
KNOWN_DEVICE_COOKIE_AGE = 180 * 24 * 60 * 60  # seconds since the last sign-in on the device
PENDING_SIGN_IN_COOKIE_NAME = f"{_prefix}sign-in"  # between the password and the second factor
PENDING_SIGN_IN_COOKIE_AGE = 30 * 60
OPENED_KEY_COOKIE_NAME = f"{_prefix}opened"  # half of what opens the words that people wrote
CSRF_COOKIE_NAME = f"{_prefix}form"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None
RECEIPT_COOKIE_NAME = f"{_prefix}receipt"  # of the browser that has sent the form
RECEIPT_COOKIE_AGE = 15 * 60
PRIVATE_PAGE_COOKIE_NAME = f"{_prefix}request"  # of a browser in which a private page is open
PRIVATE_PAGE_COOKIE_AGE = 30 * 60  # seconds without a click
# What a visitor leaves behind in the browser; deleted when they leave by "Leave this site".
VISITOR_COOKIE_NAMES = [CSRF_COOKIE_NAME, RECEIPT_COOKIE_NAME, PRIVATE_PAGE_COOKIE_NAME]
CSRF_FAILURE_VIEW = "practice.errors.csrf_failure"

# --- Headers -----------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
# Both warn of a site that doesn't promise HTTPS for the rest of its domain, which only its owner can decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# With "no-referrer", browsers would send "Origin: null", and Django would refuse every form.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [NONE],
        "upgrade-insecure-requests": HTTPS,
    }
}

# --- Static files ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = folder(VAR_DIR / "static", "VAR_DIR")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "practice.staticfiles.OneStylesheetStorage"},
}

# --- Logs, without personal data -----------------------------------------------------------------
DEFAULT_EXCEPTION_REPORTER_FILTER = "practice.errors.PersonalDataFilter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "practice.logs.SecretTracebackFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"without_secrets": {"()": "practice.logs.SecretPathFilter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["without_secrets"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},  # of runserver
        "bookings": {"level": "INFO"},
        "_granian": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
