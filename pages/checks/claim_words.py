"""What the rules about claims are made of: who says so, and words that keep coming back.

Patterns are matched against small letters with straight quotes (see claims.py). Gaps are bounded and stay within a
sentence, so that no text, however long, makes a search slow.
"""

import re
from dataclasses import dataclass

from pages.checks.findings import Origin

SECTION_12 = (
    "CAP Code, section 12: Medicines, medical devices, health-related products and beauty products",
    "https://www.asa.org.uk/type/non_broadcast/code_section/12.html",
)
CONDITIONS = (
    "CAP guidance: Health, beauty, slimming and medical conditions (rule 12.2)",
    "https://www.asa.org.uk/resource/health-beauty-slimming-and-medical-conditions.html",
)
EVIDENCE = (
    "CAP guidance: Health, beauty and slimming claims, substantiation (rule 12.1)",
    "https://www.asa.org.uk/resource/health-beauty-and-slimming-claims-substantiation.html",
)
STOPPING = (
    "CAP AdviceOnline: Health: Smoking, stopping (rules 3.7 and 12.1)",
    "https://www.asa.org.uk/advice-online/health-smoking-stopping.html",
)
TESTIMONIALS = (
    "CAP AdviceOnline: Testimonials and endorsements (rules 3.45 and 3.47)",
    "https://www.asa.org.uk/advice-online/testimonials-and-endorsements.html",
)
BEFORE_AFTER = (
    "CAP AdviceOnline: Before and after photos",
    "https://www.asa.org.uk/advice-online/before-and-after-photos.html",
)
SUPERLATIVES = (
    "CAP AdviceOnline: Types of claims: Superlative (rules 3.33 to 3.40)",
    "https://www.asa.org.uk/advice-online/types-of-claims-superlative.html",
)
PRESCRIPTION = (
    "CAP AdviceOnline: Health: Prescription-only medicines, websites (rule 12.12)",
    "https://www.asa.org.uk/advice-online/health-prescription-only-medicines-websites.html",
)
REGULATION_284 = (
    "Human Medicines Regulations 2012, regulation 284: Prescription only medicines",
    "https://www.legislation.gov.uk/uksi/2012/1916/part/14/chapter/2",
)


@dataclass(frozen=True)
class Rule:
    slug: str
    message: str  # the words found are put in for {}
    reason: str
    source: Origin
    pattern: re.Pattern[str]
    excuse: re.Pattern[str] | None = None  # in the same sentence


GAP = r"[^.!?]{0,60}?"
NEAR = r"[^.!?]{0,30}?"
HABIT = (
    r"(?:addict\w*|alcohol\w*|drink(?:ing)?|drugs?|cocaine|heroin|opioids?|opiates?|ketamine|cannabis|codeine|habits?"
    r"|dependen\w+|cravings?|withdrawal|substance\w*|relapses?|gambling|smoking|unwanted behaviour|using)"
)
FREE = (
    r"(?:free|sober|sobriety|clean|abstinen\w+|recover\w*|stop\w*|quit\w*|beat\w*|overc[oa]me\w*|g[ai]v(?:e|es|ing) up"
    r"|cured?)"
)
PEOPLE = r"(?:clients?|patients?|people (?:i|we|who)\b|those (?:i|we|who)\b|of those)"
WORK = (
    r"(?:therap\w*|treatments?|counsel\w+|clinics?|practice|programmes?|specialists?|experts?|care|addiction"
    r"|cent(?:re|er)s?|rehab\w*|detox|approach|methods?|support|results|outcomes)"
)
SOMEONE_ELSE = (
    r"\b(?:gps?|doctors?|psychiatrists?|prescribers?|nurses?|pharmacists?|hospitals?|nhs|nice|medical supervision"
    r"|(?:drug|alcohol|local|specialist|community) services?|some (?:clinics|people)|official|statistics|survey"
    r"|government)\b"
)
ONESELF = r"\b(?:i|we|my|our|us|me|here)\b"
DOCTORS_DO = re.compile(rf"^(?!.*{ONESELF}).*{SOMEONE_ELSE}|\bi (?:do not|don't|cannot|can't)\b", re.DOTALL)
OTHERS_DO = re.compile(rf"^(?!.*{ONESELF}).*{SOMEONE_ELSE}", re.DOTALL)
WARNING = re.compile(r"danger\w*|\brisks?\b(?![- ]free)|\bcan be fatal|medical advice|not safe|unsafe")
QUESTION = re.compile(r"^\W*(?:is|are|can|could|does|do|will|should)\b[^.!]*\?\W*$")
MEDICINE = (
    r"(?:prescription (?:medications?|medicines?|drugs?)|naltrexone|nalorex|adepend|disulfiram|antabuse|methadone"
    r"|physeptone|buprenorphine|subutex|espranor|buvidal|suboxone|acamprosate|campral|nalmefene|selincro|vivitrol"
    r"|spravato|esketamine|diazepam|valium|librium|chlordiazepoxide|lofexidine|champix|varenicline|bupropion|zyban"
    r"|baclofen|gabapentin|pregabalin|naloxone|nyxoid|semaglutide|ozempic|psilocybin)"
)
OFFER = (
    r"(?:\b(?:we|i)\b(?: can| also| will| now)* (?:prescribe|provide|supply|offer|use|start|give|stock|sell|administer"
    r"|have)|\bour (?:doctor|prescriber|clinic)s?\b|\bavailable\b|\bask (?:me|us)\b|\bfrom £|£\d|\border\b|\bbuy\b"
    r"|\bbook\b|\bprescribed online|\bdeliver(?:ed|y)\b|\bimplants?\b|\bquote\b|\bget your\b|\bstart (?:on|your)\b)"
)


def rule(
    slug: str, message: str, reason: str, source: Origin, *patterns: str, excuse: re.Pattern[str] | None = None
) -> Rule:
    return Rule(f"claim-{slug}", message, reason, source, re.compile("|".join(patterns)), excuse)
