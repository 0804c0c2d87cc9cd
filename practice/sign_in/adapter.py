"""What django-allauth asks the site about the second factor."""

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from practice import keys
from practice.keys import KeyLabel


class SecondFactorAdapter(DefaultMFAAdapter):
    """Encrypts the secrets, and names the site in the list of an app or of a browser."""

    def encrypt(self, text: str) -> str:
        return keys.cipher(KeyLabel.SECOND_FACTOR).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises InvalidToken if no key of FIELD_KEY reads it."""
        return keys.cipher(KeyLabel.SECOND_FACTOR).decrypt(encrypted_text).decode()

    def get_totp_issuer(self) -> str:
        return settings.SITE_HOST  # neutral, unlike the name of the practice: others may see the phone

    def _get_site_name(self) -> str:
        return settings.SITE_HOST

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return user.get_username()
