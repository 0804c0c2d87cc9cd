"""Whether other mail servers can tell that a message is ours: SPF, DKIM and DMARC of the domain of EMAIL_FROM.

What the mail provider does with a message can't be seen from here, so each sentence says no more than the DNS does.
"""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings

from practice import checks
from practice.doctor.dns_texts import (
    DnsUnansweredError,
    NoSuchNameError,
    is_of_the_internet,
    tags,
    texts,
    texts_or_none,
)
from practice.email_addresses import own_to_ascii
from practice.health import HealthFinding

# The names that large providers use. No list is complete: the name may be anything (RFC 6376, 3.1).
USUAL_SELECTORS = (
    "default dkim mail email google selector1 selector2 s1 s2 k1 k2 k3 fm1 fm2 fm3 protonmail protonmail2 protonmail3 "
    "zoho zmail mx smtp sig1 key1 pm mandrill mailjet mg krs brevo1 brevo2 sib resend m1 m2 dkim1 dkim2"
)
POLICIES = {
    "none": "asks receivers only to watch",
    "quarantine": "asks receivers to treat a forged message as spam",
    "reject": "asks receivers to refuse a forged message",
}
OFFLINE = (
    "The DNS does not answer for the internet, so nothing is known about SPF, DKIM and DMARC. This machine may be "
    "offline; ask again later."
)
NO_DOMAIN = "There is no domain {}, from which EMAIL_FROM would send. Other servers refuse such messages."
NO_SPF = "{} has no SPF record. Your mail provider says which one to add to its DNS."
SEVERAL_SPF = "{} has {} SPF records, and so none that counts. Join them into one (RFC 7208, 4.5)."
ANYBODY = "The SPF record of {} lets every server send in its name: {}"
NOBODY = "The SPF record of {} lets no server send in its name, so not yours either: {}"
SPF = "{} has an SPF record. Whether it names your mail provider, the provider's instructions say: {}"
KEY = "{} has a DKIM key named {}. Whether your mail provider signs with it, only a message that has arrived shows."
KEY_MISSING = "There is no DKIM key named {}, which DKIM_SELECTOR says, for {}."
KEY_REVOKED = "The DKIM key named {} of {} is withdrawn or can't be understood: {}"
KEY_UNKNOWN = (
    "{} has no DKIM key under a usual name. That does not mean that there is none: set DKIM_SELECTOR to the name that "
    "your mail provider gives its key (its “selector”), and ask again."
)
NO_DMARC = (
    "{0} has no DMARC record, which large providers ask for. The least is a TXT record of _dmarc.{0}: v=DMARC1; p=none"
)
SEVERAL_DMARC = "{} has {} DMARC records, and so none that counts. Leave one."
BAD_DMARC = "The DMARC record of {} can't be understood: {}"
DMARC = "The DMARC record of {} {}."
UNALIGNED = (
    "There is neither SPF nor DKIM for {}, so its messages can't pass DMARC, unless your mail provider signs them for "
    "a domain above it."
)
ALIGNED = (
    "The site sends from {0} in the envelope and in From, so SPF and DKIM count for DMARC as long as your mail "
    "provider keeps the envelope or signs for {0}. “Authentication-Results” in a message that has arrived says so."
)
MAX_LENGTH = 200  # of a record in a sentence


def findings(now: datetime) -> Iterator[HealthFinding]:
    """Look at the sending domain; without one that the internet knows, yield nothing."""
    if not checks.is_reachable(settings.DEFAULT_FROM_EMAIL):
        return
    domain = parseaddr(own_to_ascii(settings.DEFAULT_FROM_EMAIL))[1].rpartition("@")[2].lower()
    try:
        spf = _spf(domain)
        dkim = _dkim(domain)
        dmarc = _dmarc(domain)
    except NoSuchNameError:
        if is_of_the_internet():
            yield HealthFinding("sending domain", NO_DOMAIN.format(domain), is_fine=False)
        else:
            yield HealthFinding("DNS", OFFLINE, is_known=False)
    except DnsUnansweredError:
        yield HealthFinding("DNS", OFFLINE, is_known=False)
    else:
        yield from (spf, dkim, dmarc)
        if spf.is_fine or dkim.is_fine:
            yield HealthFinding("alignment", ALIGNED.format(domain), is_known=False)
        else:
            yield HealthFinding("alignment", UNALIGNED.format(domain), is_fine=False)


def _spf(domain: str) -> HealthFinding:
    """Read the SPF record (RFC 7208). Raises NoSuchNameError if there is no such domain."""
    records = [text for text in texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if len(records) != 1:
        sentence = SEVERAL_SPF.format(domain, len(records)) if records else NO_SPF.format(domain)
        return HealthFinding("SPF", sentence, is_fine=False)
    terms = records[0].lower().split()[1:]
    if {"all", "+all"} & set(terms):
        return HealthFinding("SPF", ANYBODY.format(domain, records[0][:MAX_LENGTH]), is_fine=False)
    if not any(term[0] not in "-~?" and not term.startswith("exp=") for term in terms):
        return HealthFinding("SPF", NOBODY.format(domain, records[0][:MAX_LENGTH]), is_fine=False)
    return HealthFinding("SPF", SPF.format(domain, records[0][:MAX_LENGTH]))


def _dkim(domain: str) -> HealthFinding:
    """Look for a key (RFC 6376) under the name of the setting, or under the usual ones."""
    selector = settings.DKIM_SELECTOR
    for name in [selector] if selector else USUAL_SELECTORS.split():
        if records := texts_or_none(f"{name}._domainkey.{domain}"):
            if any(tags(record).get("p") for record in records):
                return HealthFinding("DKIM", KEY.format(domain, name))
            if selector:
                sentence = KEY_REVOKED.format(name, domain, records[0][:MAX_LENGTH])
                return HealthFinding("DKIM", sentence, is_fine=False)
    if selector:
        return HealthFinding("DKIM", KEY_MISSING.format(selector, domain), is_fine=False)
    return HealthFinding("DKIM", KEY_UNKNOWN.format(domain), is_known=False)


def _dmarc(domain: str) -> HealthFinding:
    """Read the DMARC record of the domain or of one above it (RFC 7489)."""
    labels = domain.split(".")
    for above in range(len(labels) - 1):
        place = ".".join(labels[above:])
        records = [text for text in texts_or_none(f"_dmarc.{place}") if text.lower().startswith("v=dmarc1")]
        if len(records) > 1:
            return HealthFinding("DMARC", SEVERAL_DMARC.format(place, len(records)), is_fine=False)
        if records:
            found = tags(records[0])
            policy = found.get("p", "") if place == domain else found.get("sp", found.get("p", ""))
            if policy.lower() not in POLICIES:
                return HealthFinding("DMARC", BAD_DMARC.format(place, records[0][:MAX_LENGTH]), is_fine=False)
            return HealthFinding("DMARC", DMARC.format(place, POLICIES[policy.lower()]))
    return HealthFinding("DMARC", NO_DMARC.format(domain), is_fine=False)
