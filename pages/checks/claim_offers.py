"""Phrases that offer what may not be offered, or praise: medicines, diagnoses, testimonials, comparisons."""

from pages.checks.claim_words import (
    BEFORE_AFTER,
    CONDITIONS,
    DOCTORS_DO,
    GAP,
    MEDICINE,
    OFFER,
    PRESCRIPTION,
    REGULATION_284,
    SUPERLATIVES,
    TESTIMONIALS,
    WORK,
    rule,
)

OFFERS = [
    rule(
        "ketamine",
        "“{}” can be read as offering ketamine itself.",
        "Ketamine is a prescription-only medicine, which may not be advertised to the public; "
        "write “therapy for ketamine addiction”.",
        PRESCRIPTION,
        r"\b(?:es)?ketamine[- ](?:assisted |based |infusion )?"
        r"(?:psychotherap\w+|therap\w+|treatments?|infusions?|clinics?|sessions?|programmes?|retreats?"
        r"|injections?)\b",
        r"\b(?:therapy|treatment|infusions?|sessions?|treated|healing) (?:with|of|using) (?:iv |low[- ]dose )?"
        r"(?:es)?ketamine\b(?! (?:addict|depend|problem|use))",
        excuse=DOCTORS_DO,
    ),
    rule(
        "medicine",
        "“{}” reads as an offer of a prescription-only medicine.",
        "Naming such a medicine as something you offer is advertising it to the public, which the law forbids.",
        REGULATION_284,
        rf"{OFFER}{GAP}\b{MEDICINE}\b",
        rf"\b{MEDICINE}\b{GAP}{OFFER}",
        rf"\b{MEDICINE}\b{GAP}\b(?:treats?|effective|works?|cuts|reduces?|blocks?|stops?)\b",
        rf"\b{MEDICINE} (?:treatment|therapy|programme|clinic|course)s?\b",
        excuse=DOCTORS_DO,
    ),
    rule(
        "testimonial",
        "“{}” reads as a testimonial.",
        "A client’s praise is a claim about treating addiction that would need proof of its own, "
        "and it may make others feel they must consent to be quoted.",
        TESTIMONIALS,
        r"\b(?:changed?|saved?|transformed?|turned around|gave me back) (?:my|our|his|her|their) li(?:fe|ves)\b",
        r"\blives (?:have been |were |are )?(?:changed|transformed|saved|turned)\b",
        r"\bthanks to [^.!?]{1,40}? i(?:'m|'ve| am| have| was| stopped| quit| found| got)\b",
        r"\bi owe (?:my|her|him|them|everything|it all|this)\b",
        r"\b(?:my|our|former|past|grateful|happy|satisfied) (?:clients?|patients?) (?:often |all |have )?"
        r"(?:say|says|said|tell|told|report|agree|love|describe|speak|recommend)\b",
        r"\bwhat (?:my|our|other|former) (?:clients?|patients?|people)\b[^.!?]{0,20}?\b(?:say|think|write)\b",
        r"\btestimonials?\b|\bclient (?:comments|feedback|reviews|quotes)\b",
        r"\b(?:client|patient|success|recovery) stories\b",
        r"\b(?:five|5)[- ]stars?\b",
        r"\breviews? (?:from|by|on)\b",
        r"\b(?:says|said|writes|wrote) (?:a |an |one )?(?:former |past |recent )?(?:clients?\b|patients?\b"
        r"|[a-z]+, \d\d\b)",
        r"\bi (?:would |can |'d )?(?:highly |wholeheartedly |warmly |cannot )?recommend (?:her|him|them|this)\b",
        r"\btrusted by\b|\bthank(?:s| you) (?:again |so much )?for (?:all )?your\b",
        r"\bmy (?:\w+ )?(?:day|week|month|year)s? (?:of )?(?:sober|sobriety|clean)\b",
        r"\b(?:he|she|this therapist|you) (?:really |truly )?(?:helped|got|saved) me\b",
    ),
    rule(
        "before-after",
        "“{}” sets a before against an after.",
        "Such a comparison says that therapy brought about the change, and is judged as a testimonial.",
        BEFORE_AFTER,
        r"\bbefore[- ](?:and|&)[- ]after[- ](?:stor|photo|picture|image|result|transformation|case)\w+",
        r"\b(?:stor|photo|picture|image|result|transformation|case)\w+[^.!?]{0,15}? before (?:and|&) after\b",
        r"\bbefore ?[:–-][^!?]{1,80}?\bafter ?[:–-]",
    ),
    rule(
        "superlative",
        "“{}” says that you are better than others.",
        "A comparison with all others must be proved against all others.",
        SUPERLATIVES,
        rf"\b(?:best|finest|leading|top|foremost|premier|most (?:effective|experienced|successful|advanced|trusted"
        rf"|respected|qualified|sought[- ]after|exclusive|recommended"
        rf"|skilled)) (?:[\w-]+ ){{0,3}}?{WORK}\b(?![^.!?]{{0,15}} possible)",
        r"\bthe most (?:effective|experienced|successful|trusted|exclusive|advanced|respected)\b|\bfirst[- ]class\b",
        r"\b(?:london|uk|britain|england|europe|country|city|world)'s (?:very )?"
        r"(?:best|finest|leading|top|foremost|premier|most|favourite|first)\b",
        r"\b(?:best|finest|leading) in (?:the )?(?:london|uk|country|world|city|england|europe|field)\b",
        r"\bworld[- ](?:class|leading|renowned|famous)\b",
        r"\bnumber (?:one|1)\b|\bno\.? ?1\b|#1\b",
        r"\baward[- ]winning\b|\btop[- ]rated\b|\bhighest[- ]rated\b|\bhighest (?:\w+ )?(?:rates?|quality"
        r"|standards?)\b",
        r"\b(?:unrivall?ed|unparalleled|unmatched|unbeatable|unsurpassed|renowned|pre-?eminent"
        r"|exceptional results)\b",
        r"\bsecond to none\b|\bbest[- ]in[- ]class\b|\bgo-to\b|\bstate[- ]of[- ]the[- ]art\b|\bcutting[- ]edge\b",
        rf"\bthe only (?:\w+ )?{WORK}\b[^.!?]{{0,40}}?\b(?:that|who|which|to|in)\b",
        r"\bmakes? (?:me|us|it|this) (?:unique|different|special)\b|\bunique (?:approach|method|therapy|programme)\b",
        r"\bunlike (?:the nhs|other)\b|\b(?:better|more effective) than (?:the nhs|other|any|rehab|aa\b|medication)",
    ),
    rule(
        "diagnosis",
        "“{}” offers a diagnosis.",
        "Addiction is a condition for which only a suitably qualified health professional may offer a diagnosis.",
        CONDITIONS,
        r"\b(?:i|we|my|our \w+)(?: can| will| also| help)* diagnos\w+",
        r"\bdiagnos(?:e|es|ing) (?:your|you|addict\w+|the|any)\b",
        r"\b(?:get|receive|offer|provide|free|instant|accurate) (?:an? |your )?(?:\w+ )?diagnosis\b",
        excuse=DOCTORS_DO,
    ),
]
