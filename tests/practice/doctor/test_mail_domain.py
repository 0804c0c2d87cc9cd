"""What the doctor says of SPF, DKIM and DMARC, against a DNS server that answers on loopback."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from django.utils import timezone

from practice.doctor import dns_texts, mail_domain

DOMAIN = "practice.example"
SPF = "v=spf1 include:mail-provider.example -all"
KEY = "v=DKIM1; k=rsa; p=MIGfMA0GCSq"
DMARC = "v=DMARC1; p=quarantine; rua=mailto:dmarc@practice.example"
COMPLETE = {DOMAIN: [SPF], f"s1._domainkey.{DOMAIN}": [KEY], f"_dmarc.{DOMAIN}": [DMARC]}


class NameServer:
    """Answers with the TXT records in `zone`, or with an error; names below those of the zone exist without records."""

    def __init__(self, zone):
        self.zone, self.rcode, self.is_silent, self.knows_others = zone, None, False, True
        self.asked: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join(5)
        self.socket.close()

    def _serve(self):
        while True:
            wire, sender = self.socket.recvfrom(4096)
            if not wire:
                return
            query = dns.message.from_wire(wire)
            self.asked.append(str(query.question[0].name).rstrip("."))
            if not self.is_silent:
                self.socket.sendto(self._answer(query).to_wire(), sender)

    def _answer(self, query):
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        name = self.asked[-1]
        if self.rcode is not None:
            response.set_rcode(self.rcode)
        elif name in self.zone:
            for text in self.zone[name]:
                strings = " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))
                response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", strings))
        elif name == "com" and self.knows_others:
            response.answer.append(dns.rrset.from_text("com.", 60, "IN", "NS", "a.gtld-servers.example."))
        elif not any(known.endswith(f".{name}") for known in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


@pytest.fixture
def name_server(monkeypatch, settings):
    settings.DEFAULT_FROM_EMAIL = f"website@{DOMAIN}"
    monkeypatch.setattr(dns_texts, "MAX_SECONDS", 1)
    with NameServer(dict(COMPLETE)) as server:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        yield server


def look():
    return {finding.name: finding for finding in mail_domain.findings(timezone.now())}


def failing():
    return {name for name, finding in look().items() if not finding.is_fine}


def test_a_domain_that_has_everything_is_fine_as_far_as_the_dns_shows(name_server):
    found = look()
    assert list(found) == ["SPF", "DKIM", "DMARC", "alignment"]
    assert failing() == set()
    assert SPF in found["SPF"].sentence
    assert "a DKIM key named s1" in found["DKIM"].sentence
    assert "treat a forged message as spam" in found["DMARC"].sentence
    assert not found["alignment"].is_known


def test_nothing_there_is_said_to_be_missing(name_server):
    name_server.zone = {DOMAIN: ["some-verification=1"]}
    found = look()
    assert failing() == {"SPF", "DMARC"}
    assert "has no SPF record" in found["SPF"].sentence
    assert "has no DMARC record" in found["DMARC"].sentence
    assert not found["DKIM"].is_known
    assert "That does not mean that there is none" in found["DKIM"].sentence


@pytest.mark.parametrize("state", ["silent", "SERVFAIL", "REFUSED", "no server", "denies every name"])
def test_offline_is_a_sentence_of_its_own_and_nothing_is_called_missing(name_server, state):
    match state:
        case "silent":
            name_server.is_silent = True
        case "denies every name":
            name_server.zone, name_server.knows_others = {}, False
        case "no server":
            dns.resolver.default_resolver.nameservers = []
        case code:
            name_server.rcode = dns.rcode.from_text(code)

    [finding] = mail_domain.findings(timezone.now())
    assert finding.sentence.startswith("The DNS does not answer for the internet, so nothing is known")
    assert finding.is_fine
    assert not finding.is_known


def test_a_server_that_falls_silent_halfway_is_offline_too(name_server, monkeypatch):
    texts = dns_texts.dns.resolver.resolve

    def stop_at_dmarc(name, *args, **kwargs):
        name_server.is_silent = name.startswith("_dmarc")
        return texts(name, *args, **kwargs)

    monkeypatch.setattr(dns_texts.dns.resolver, "resolve", stop_at_dmarc)
    assert list(look()) == ["DNS"]


def test_a_domain_that_does_not_exist_fails(name_server):
    name_server.zone = {"another.example": []}
    assert failing() == {"sending domain"}


@pytest.mark.parametrize("address", ["website@localhost", "nobody", ""])
def test_an_address_of_no_domain_is_not_looked_up(name_server, settings, address):
    settings.DEFAULT_FROM_EMAIL = address
    assert look() == {}
    assert name_server.asked == []


def test_the_domain_of_a_name_and_address_is_looked_up_in_ascii(name_server, settings):
    settings.DEFAULT_FROM_EMAIL = "A practice <website@Präxis.example>"
    name_server.zone = {"xn--prxis-hra.example": [SPF]}
    look()
    assert name_server.asked[0] == "xn--prxis-hra.example"


@pytest.mark.parametrize(
    ("records", "is_fine", "words"),
    [
        ([SPF], True, "has an SPF record"),
        (["V=SPF1 a mx ~all"], True, "has an SPF record"),
        (["v=spf1 redirect=_spf.mail-provider.example"], True, "has an SPF record"),
        (["v=spf1 ip4:192.0.2.1"], True, "has an SPF record"),
        (["v=spf1 -all"], False, "lets no server send"),
        (["v=spf1"], False, "lets no server send"),
        (["v=spf1 exp=explain.example ~all"], False, "lets no server send"),
        (["v=spf1 include:mail-provider.example +all"], False, "lets every server send"),
        (["v=spf1 all"], False, "lets every server send"),
        ([SPF, "v=spf1 a -all"], False, "has 2 SPF records"),
        (["v=spf10 a -all"], False, "has no SPF record"),
    ],
)
def test_an_spf_record_is_read(name_server, records, is_fine, words):
    name_server.zone[DOMAIN] = records
    assert look()["SPF"].is_fine == is_fine
    assert words in look()["SPF"].sentence


def test_a_record_in_several_strings_is_put_together(name_server):
    name_server.zone[DOMAIN] = [f"v=spf1 {'a ' * 150}include:mail-provider.example -all"]
    assert look()["SPF"].is_fine


@pytest.mark.parametrize(
    ("selector", "record", "is_fine", "words"),
    [
        ("mine", KEY, True, "a DKIM key named mine"),
        ("mine", "k=ed25519; p = abc", True, "a DKIM key named mine"),
        ("mine", "v=DKIM1; p=", False, "is withdrawn"),
        ("mine", "nonsense", False, "can't be understood"),
        ("other", KEY, False, "There is no DKIM key named other"),
    ],
)
def test_the_selector_of_the_setting_decides(name_server, settings, selector, record, is_fine, words):
    settings.DKIM_SELECTOR = selector
    name_server.zone[f"mine._domainkey.{DOMAIN}"] = [record]
    assert look()["DKIM"].is_fine == is_fine
    assert words in look()["DKIM"].sentence


def test_a_withdrawn_key_under_a_usual_name_is_passed_over(name_server):
    name_server.zone[f"default._domainkey.{DOMAIN}"] = ["v=DKIM1; p="]
    assert "named s1" in look()["DKIM"].sentence


@pytest.mark.parametrize(
    ("zone", "is_fine", "words"),
    [
        ({"_dmarc.practice.example": ["v=DMARC1; p=none"]}, True, "only to watch"),
        ({"_dmarc.practice.example": ["v=DMARC1;p=REJECT"]}, True, "refuse a forged message"),
        ({"_dmarc.practice.example": ["v=DMARC1; p=nonsense"]}, False, "can't be understood"),
        ({"_dmarc.practice.example": ["v=DMARC1"]}, False, "can't be understood"),
        ({"_dmarc.practice.example": [DMARC, "v=DMARC1; p=none"]}, False, "has 2 DMARC records"),
        ({"_dmarc.practice.example": ["something else"]}, False, "has no DMARC record"),
    ],
)
def test_a_dmarc_record_is_read(name_server, zone, is_fine, words):
    del name_server.zone[f"_dmarc.{DOMAIN}"]
    name_server.zone |= zone
    assert look()["DMARC"].is_fine == is_fine
    assert words in look()["DMARC"].sentence


@pytest.mark.parametrize(
    ("record", "words"),
    [("v=DMARC1; p=reject; sp=none", "only to watch"), ("v=DMARC1; p=reject", "refuse a forged message")],
)
def test_a_subdomain_follows_the_domain_above(name_server, settings, record, words):
    settings.DEFAULT_FROM_EMAIL = f"website@mail.{DOMAIN}"
    name_server.zone = {f"mail.{DOMAIN}": [SPF], f"_dmarc.{DOMAIN}": [record]}
    assert look()["DMARC"].is_fine
    assert f"of {DOMAIN} asks" in look()["DMARC"].sentence
    assert words in look()["DMARC"].sentence


def test_without_spf_and_dkim_nothing_can_align(name_server, settings):
    settings.DKIM_SELECTOR = "other"
    name_server.zone = {DOMAIN: [], f"_dmarc.{DOMAIN}": [DMARC]}
    assert failing() == {"SPF", "DKIM", "alignment"}
