"""Phrases that promise more of therapy than anybody can prove, why that is risky, and who says so."""

import re

from pages.checks.claim_words import (
    CONDITIONS,
    EVIDENCE,
    FREE,
    GAP,
    HABIT,
    NEAR,
    OTHERS_DO,
    PEOPLE,
    QUESTION,
    SECTION_12,
    STOPPING,
    WARNING,
    rule,
)

PROMISES = [
    rule(
        "cure",
        "“{}” reads as a promise of a cure.",
        "No therapist can prove a cure for addiction, and the word suggests success is certain.",
        STOPPING,
        r"\bcur(?:e|es|ed|ing|able)\b",
        excuse=QUESTION,
    ),
    rule(
        "guarantee",
        "“{}” promises a result.",
        "A promise that therapy works needs proof that nobody has; it also raises hopes it may break.",
        SECTION_12,
        r"\bguarantee\w*",
        r"\bmoney[- ]back\b",
        rf"\b(?:i|we) (?:can |will )?(?:promise|assure|ensure)\b{GAP}\b(?:results?|never|{FREE}|drink|cocaine"
        rf"|crav\w+)\b",
        rf"\b(?:result|recovery|success|sobriety|freedom)s?\b{NEAR}\b(?:is|are) (?:certain|assured|inevitable)\b",
        r"\bnever fails?\b",
        rf"\byou(?:'ll| will| are going to) (?:never |stop |be |become |stay |leave |walk |quit |overcome |beat )"
        rf"[^.!?]{{0,40}}?(?:\bfree (?:of|from)\b|\bsober\b|\b{HABIT}\b|\bcocaine\b)",
    ),
    rule(
        "effect",
        "“{}” says that it works.",
        "A claim about the effect of therapy must be backed by evidence, as a rule trials with people.",
        EVIDENCE,
        r"\b(?:actually|really|truly|always) works?\b|\bworks well\b",
        r"\b(?:outstanding|excellent|amazing|exceptional|great|incredible|fantastic|impressive|dramatic) "
        r"(?:results|outcomes|success)\b",
        r"\b(?:get|gets|delivers?|achieves?|brings?|for|see) (?:you )?(?:real |fast |quick )?results\b",
        r"\b(?:massive|huge|rapid|dramatic|remarkable) (?:progress|change|improvements?)\b",
        r"\b(?:our|my) (?:success|results|effectiveness)\b|\b(?:undoubted|proven"
        r"|proved its) (?:\w+ )?effectiveness\b",
        r"\b(?:complete|full|total|true) (?:recovery|freedom|sobriety|abstinence)\b",
        r"\b(?:resolved|solved|cleared|eliminated) (?:\w+ )?(?:easily|quickly|completely|with)\b",
        r"\b(?:benefits?|helps?) (?:almost |nearly )?(?:anyone|everyone|anybody|everybody)\b",
        r"\b(?:nothing|everything|all) else (?:\w+ )?(?:did|fail\w*|works?|worked|could)\b",
        r"\blife[- ]?saving\b|\b(?:very|highly|extremely|more|most|as) effective\b",
        r"\b(?:effective|powerful) (?:techniques?|tools?|methods?|therap\w+|ways?|approach\w*|programmes?)\b",
        rf"\b(?:helps|helped|will help) (?:\w+ )?(?:people |you |clients |them )?(?:to )?{FREE}\b{NEAR}\b{HABIT}\b",
        excuse=QUESTION,
    ),
    rule(
        "success-rate",
        "“{}” reads as a success rate.",
        "Figures of success need rigorous studies; what clients report about themselves is not enough.",
        STOPPING,
        r"\b(?:success|recovery|completion|abstinence|cure) rates?\b",
        rf"\b\d{{1,3}}(?:\.\d+)? ?(?:%|per ?cent\b)[^.!?]{{0,40}}?(?:\bsuccess\w*|\b{PEOPLE}|\b{FREE}\b|\beffective)",
        rf"\b(?:\d{{1,3}}|six|seven|eight|nine|ten) (?:out of|in) (?:every )?(?:\d{{1,3}}|ten"
        rf"|twelve)\b{NEAR}\b{PEOPLE}",
        rf"\b(?:hundreds|thousands|dozens|\d{{2,}}|countless)(?: of)? (?:\w+ )?(?:people|clients|patients|men"
        rf"|women)\b"
        rf"{NEAR}\b(?:{FREE}|beaten|helped|treated|changed|transformed)\b",
        rf"\b(?:most|all|nearly all|almost all|majority|quarters?|thirds?|half|\w+ty) of (?:my|our|the"
        rf"|those)\b[^.!?]{{0,40}}?"
        rf"\b{FREE}\b",
        r"\b100 ?% (?:success|effective|recovery|sober)",
        excuse=OTHERS_DO,
    ),
    rule(
        "lasting",
        "“{}” promises that a change will last.",
        "“Permanently”, “for good” and words like them say that success is certain.",
        STOPPING,
        rf"\b(?:{FREE}|{HABIT}|ends?|break|kick|change\w*)\b{GAP}"
        r"\b(?:permanently|forever|for ever|for good|once and for all|for life)\b",
        rf"\b(?:permanent|lasting|lifelong)\b (?:\w+ )?(?:{FREE}|success|change|results|solution)\b|\bpermanently\b",
        r"\bfor (?:many )?years to come\b",
        rf"\bnever (?:want|need|touch|use|drink|crave)\b{NEAR}\bagain\b",
        excuse=re.compile(r"\b(?:damage\w*|harm\w*|injur\w*|delet\w*|lost|loss|scar\w*)\b"),
    ),
    rule(
        "speed",
        "“{}” promises that it will be quick or easy.",
        "A claim that leaves out the person’s own effort, or names a time, needs proof.",
        STOPPING,
        rf"\b(?:{FREE}|goodbye|results?|ends?|addict\w+|change)\b{GAP}\b(?:in|within|after|from) (?:as little as )?"
        r"(?:just |only |under |less than |the very )?"
        r"(?:an? |one |two |three |four |five |six |seven |ten |first |single |\d{1,3} ?)"
        r"(?:short |single )?(?:days?|weeks?|sessions?|hours?|months?)\b",
        r"\b(?:quick|fast|rapid|instant|immediate|overnight|effortless|painless|easy"
        r"|simple)\b(?:,? (?:and )?[\w-]+){0,2}?"
        r" (?:way|method|route|results?|recovery|relief|cure|fix|treatment|therapy|solution|detox|freedom"
        r"|programme|intervention|transformation\w*)\b",
        rf"\b(?:{FREE}|eliminate|end|results|using)\b{GAP}\b(?:quickly|fast|overnight|instantly|painlessly|easily"
        r"|effortlessly|rapidly|immediately|with ease|without (?:any |the )?(?:effort|pain|willpower|withdrawal"
        r"|cravings?))\b",
        r"\b(?:process|approach|therapy|treatment|method|results?|recovery|programme|detox) (?:is|are)\b[^.!?]{0,25}?"
        r"\b(?:quick|quicker|fast|faster|rapid|easy|easier|painless|simple|instant|immediate)\b",
        r"\b(?:painless|effortless|fuss-free|pain-free)\b",
        r"\b(?:\d{1,2}|one|two|three|four|five|six|seven|ten|twelve) sessions? or (?:less|fewer)\b"
        r"|\bshort (?:period|space|amount) of time\b",
        r"\b\d{1,2} (?:easy |simple )?steps to\b|\b\d{1,2}[- ](?:day|week|session) (?:\w+ )?(?:programme|detox"
        r"|cure|course)\b",
        excuse=WARNING,
    ),
    rule(
        "proven",
        "“{}” says that science has shown it.",
        "“Proven” needs robust trials with people of exactly what you offer.",
        EVIDENCE,
        r"\b(?:clinically|scientifically|medically|research|evidence)[- ](?:proven|tested|validated|backed|shown)\b",
        r"\bproven (?:\w+ )?(?:to|methods?|approach|programme|track|results?|therap\w+|treatments?|techniques?|system"
        r"|way|cure|success|recovery|formula)\b",
        r"\b(?:is|are|has been|have been) proven\b|\bproved to be\b|\btried[- ]and[- ](?:tested|trusted)\b",
        r"\b(?:research|science|evidence|stud(?:y|ies)|results) (?:proves?|shows?|confirms?)\b[^.!?]{0,60}?"
        r"\b(?:works?|effective|prevents?|cures?|my|our|the programme)\b",
    ),
    rule(
        "miracle",
        "“{}” promises more than therapy can.",
        "Words of wonder suggest a certain and dramatic effect, which needs proof.",
        EVIDENCE,
        r"\bmiracles?\b|\bmiraculous\w*|\bmagic\b|\bbreakthroughs?\b|\brevolutionary\b|\blife[- ]changing\b",
        r"\btransform(?:s|ing)? (?:your|lives|the \w+ mind|the brain)\b|\brewires?\b"
        r"|\bturn(?:s|ed)? your life around\b|\bhappy (?:once )?again\b|\bremarkable results\b"
        r"|\bsecret (?:to|of|formula)\b",
    ),
    rule(
        "relapse",
        "“{}” promises that there will be no relapse.",
        "Nobody can promise that, and a lapse may then feel like a failure.",
        STOPPING,
        r"\bno slips\b",
        r"\b(?:no|zero|never|without|end to|immune to|ends?|eliminates?|stops?|prevents) (?:more |any |a )?relaps\w+",
        r"\brelapse[- ](?:free|proof)\b|\brelapse (?:is|becomes|will be) (?:\w+ )?(?:impossible|unlikely)\b",
    ),
    rule(
        "everyone",
        "“{}” says that it works for everyone.",
        "A claim that holds for all needs proof for all.",
        EVIDENCE,
        r"\b(?:no matter what|whatever) (?:your|the) (?:addiction|substance|habit|problem|drug|dependen\w+)\b",
        r"\bworks? for (?:everyone|everybody|anyone|all|every)\b|\b(?:helps|suits) (?:everyone|everybody|anyone)\b",
        rf"\b(?:treat|help|cure|beat|end)\w* (?:\w+ )?(?:every|any|all) (?:kind|type|form|sort)s? of {HABIT}",
    ),
    rule(
        "safe",
        "“{}” says that there is no risk.",
        "A therapy may be called absolutely safe or without side effects only with proof (rule 12.9).",
        SECTION_12,
        r"\brisk[- ]free\b|\b(?:completely|absolutely|totally|perfectly|entirely|100 ?%|always) safe\b",
        r"\b(?:no|without|zero) (?:any |the )?(?:side[- ]effects|withdrawal|risks?\b(?! (?:in|of|to|that)))",
        r"\bsafe(?:,| and|, and| yet| but)? (?:effective|proven|natural|painless|fast|quick|easy|gentle)\b",
        r"\bsafest (?:\w+ )?(?:way|method|route|detox|treatment|therapy)\b|\bthe only safe\b",
        r"\bsafe (?:home )?(?:detox|withdrawal|cure)\b|\b(?:home|online|remote|postal) (?:alcohol |drug )?detox\w*\b",
        r"\bdetox(?:ification)? (?:at home|in your own home)\b",
        r"\bno need (?:for|to see) (?:a |any )?(?:detox|doctors?|gp|rehab|medical)\b",
        excuse=WARNING,
    ),
    rule(
        "heal",
        "“{}” promises healing.",
        "To say that therapy heals is to say that it works, which needs proof.",
        EVIDENCE,
        rf"\b(?:heals?|healed|healing) (?:your|you|the|their|from|{HABIT}|traumas?|wounds)\b",
        r"\b(?:i|we|will|can|me|us) (?:help (?:you )?)?heal\b(?! slowly)|\b(?:used|helps?) to heal\b",
        rf"\brestor(?:e|es|ing) (?:your|the|you)\b{NEAR}\b(?:health|bladder|life|brain)\b",
        excuse=QUESTION,
    ),
    rule(
        "treat",
        "“{}” reads as a claim to treat addiction.",
        "Addiction needs supervision by a suitably qualified health professional; "
        "say what you do (talk, support, work together) rather than what it does.",
        CONDITIONS,
        rf"\b(?:i|we|my|our|it|that|which|therapy|method|programme|approach)\b (?:\w+ )?(?:treat|fix|end|beat"
        rf"|combat|fight|eliminate|erase|reverse|banish|defeat|conquer|overcome|remove|cut|stop)s?\b{NEAR}\b{HABIT}\b",
        rf"\b(?:effective|successful|specialist|expert|private|lasting|bespoke|our|my)\b"
        rf" (?:[\w-]+ )?treatments? (?:for|of|that"
        rf"|with)\b{NEAR}\b{HABIT}\b",
        rf"\b(?:we|i) (?:offer|provide|specialise in|deliver)\b{NEAR}\b(?:addiction treatment|treatment (?:for"
        rf"|of) {HABIT})",
        rf"^\W*(?:beat|end|eliminate|conquer|banish|defeat|break free|overcome|say goodbye|get rid|erase|reverse"
        rf"|kick|destroy)"
        rf"\b{NEAR}\b{HABIT}\b",
        r"\b(?:addiction|alcohol\w*|drugs?|cocaine|ketamine|heroin|opioid|dependenc\w+) treatments?\b"
        r"(?! (?:services?|statistics|systems?|data)\b)",
        r"\bhelp(?:s|ed|ing)? (?:\w+ ){0,3}?(?:to )?(?:recover from|beat|overcome|combat|conquer|defeat|get sober"
        r"|stay sober|break (?:free|the|their|your|an))\b",
        rf"\b{HABIT}\b{NEAR}\btreatable\b",
        rf"\b(?:remov|treat|eliminat|eras|dissolv|banish|cur|releas)(?:es|s|ing)\b{NEAR}\b{HABIT}",
        rf"\b(?:free|freedom) (?:from|of) (?:the |your |an? |all )?{HABIT}",
        r"\b(?:be|being|become|becoming|living|stay) (?:drug|alcohol|drink|cocaine|ketamine|substance"
        r"|addiction)s?[- ]free\b",
        r"\b(?:addiction|craving)s?[- ]free\b",
        r"\b(?:i|we) (?:have )?(?:effectively |successfully )treat(?:ed)?\b|\bsuccessful(?:ly)? treat\w+",
        rf"\b{HABIT} (?:that |which )?(?:i|we) (?:can )?(?:help (?:to )?)?treat\b|\bhelps? (?:to )?treat\b",
        r"\btreatments? (?:that|to) (?:ends?|stops?|beats?|reverses?|works?|supports?)\b",
        excuse=OTHERS_DO,
    ),
]
