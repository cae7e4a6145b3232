"""Reading words that name a day, in four languages: "early Tuesday", "three days ago", "7월 4일", "昨日", "周一"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tracker.core.dating import CueKind, DayCue, Sense
from tracker.core.day_senses import around

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SMALL = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
KOREAN_WEEKDAYS = "월화수목금토일"
JAPANESE_WEEKDAYS = "月火水木金土日"
CHINESE_WEEKDAYS = "一二三四五六日"

_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<{}>[12]?\d|3[01])(?:st|nd|rd|th)?"

_ENGLISH: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("iso", re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>0\d|1[0-2])-(?P<d>[0-2]\d|3[01])\b")),
    (
        "date",
        re.compile(r"\b" + _MONTH.format("mon") + " " + _DAY.format("d") + r"\b(?:,? (?P<y>(?:19|20)\d\d))?(?!\d)"),
    ),
    (
        "date",
        re.compile(r"\b" + _DAY.format("d") + " (?:of )?" + _MONTH.format("mon") + r"(?:,? (?P<y>(?:19|20)\d\d))?\b"),
    ),
    (
        "weekday",
        re.compile(
            r"(?P<part>\b(?:early|late|before dawn|local time) (?:on )?)?"
            r"\b(?P<wd>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
            r"(?P<part2> (?:morning|afternoon|evening|night|local time))?(?! (?:club|times|review))"
        ),
    ),
    (
        "ago",
        re.compile(r"\b(?P<n>\d{1,2}|a|one|two|three|four|five|six|seven|ten) (?P<u>day|week)s? (?:ago|earlier)\b"),
    ),
    (
        "slashed",
        re.compile(
            r"(?<![\d/.$])(?!9/11|1/[234]\b|[23]/[34]\b)(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])"
            r"(?:/(?P<y>(?:20)?[0-2]\d))?(?![\d/])"
        ),
    ),
    ("last_week", re.compile(r"\blast week\b(?! of)")),
    ("this_week", re.compile(r"\bthis week\b")),
    ("next_week", re.compile(r"\bnext week\b")),
    ("weekend", re.compile(r"\b(?:this|last|next|over the|at the) weekend\b")),
    ("last_month", re.compile(r"\blast month\b")),
    ("next_month", re.compile(r"\bnext month\b")),
    ("yesterday", re.compile(r"\byesterday\b|\blast night\b")),
    (
        "today",
        re.compile(
            r"\btoday\b(?!'s)|\btonight\b|\bovernight\b|\bthis (?:morning|afternoon|evening)\b"
            r"|\b(?:\d+|few|just|several|two|three) hours ago\b"
        ),
    ),
    ("tomorrow", re.compile(r"\btomorrow\b")),
    (
        "state_media",
        re.compile(
            r"\b(?:kcna|korean central news agency|rodong sinmun"
            r"|(?:north korean?|nk|n\.? ?korean?)?'?s? ?state(?:-run)? "
            r"(?:media|news agency|television|tv)|great satisfaction)\b"
        ),
    ),
)

_NAMING = (
    "day", "night", "morrow", "week", "month", "this ", "hours ago", "kcn", "rodong", "central news",
    "state media", "state-", "state run", "state news", "state tel", "state tv", "great satisfaction",
)  # fmt: skip
_PARTED = re.compile(r"\d/\d|\d-\d\d-")
_BY_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})[a-z]*\.? \d|\d(?:st|nd|rd|th)? (?:of )?(?:{'|'.join(MONTHS)})")
_DIGIT = re.compile(r"\d")
"""Most headlines name no day: one look tells, where none of these stands no pattern below matches."""

_KOREAN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("iso", re.compile(r"(?P<y>(?:19|20)\d\d)년 ?(?P<m>1[0-2]|0?\d)월 ?(?P<d>[12]\d|3[01]|0?\d)일")),
    ("korean_date", re.compile(r"(?<!\d)(?P<m>1[0-2]|[1-9])월 ?(?P<d>[12]\d|3[01]|[1-9])일")),
    ("weekday", re.compile(r"(?P<wdk>[월화수목금토일])요일")),
    ("ago", re.compile(r"(?P<n>\d{1,2})(?P<u>일|주) ?전(?!쟁)")),
    ("last_week", re.compile(r"지난 ?주")),
    ("next_week", re.compile(r"다음 ?주|내주")),
    ("yesterday", re.compile(r"어제|전날|지난 ?밤")),
    ("today", re.compile(r"오늘|이날|금일")),
    ("tomorrow", re.compile(r"내일")),
    (
        "day_of_month",
        re.compile(
            r"(?<![\d월.])(?<!월 )(?P<d>[12]\d|3[01]|[1-9])일(?= |,|\.|$|에|부터|오전|오후|새벽|밤)"
            r"(?! ?(?:간|째|전|만))"
        ),
    ),
    ("state_media", re.compile(r"조선중앙통신|중앙통신|노동신문|北매체|북(?:한)? ?매체")),
)

_HAN_DATE = (
    ("iso", re.compile(r"(?P<y>(?:19|20)\d\d)年 ?(?P<m>1[0-2]|0?[1-9])月 ?(?P<d>[12]\d|3[01]|0?[1-9])[日号號]")),
    ("month_day", re.compile(r"(?<!\d)(?P<m>1[0-2]|[1-9])月 ?(?P<d>[12]\d|3[01]|[1-9])[日号號]")),
)
_HAN_DAY = re.compile(
    r"(?<![\d月年.・第])(?<!月 )(?P<d>[12]\d|3[01]|[1-9])日"
    r"(?![間间本程内內以后後前中目連连ぶ分米韓韩朝元游至常夜])"
)

_JAPANESE: tuple[tuple[str, re.Pattern[str]], ...] = (
    *_HAN_DATE,
    ("weekday", re.compile(r"(?P<wdj>[月火水木金土日])曜")),
    ("ago", re.compile(r"(?P<n>\d{1,2})(?P<u>日|週間)前")),
    ("last_week", re.compile(r"先週")),
    ("next_week", re.compile(r"来週")),
    ("before_yesterday", re.compile(r"一昨日|おととい")),
    ("yesterday", re.compile(r"昨日|前日|昨夜|昨晩|きのう")),
    ("today", re.compile(r"今日|本日|今朝|今夜|今晩|同日|きょう|けさ")),
    ("tomorrow", re.compile(r"明日|あす(?!か)")),
    ("day_of_month", _HAN_DAY),
    (
        "state_media",
        re.compile(r"朝鮮中央(?:通信|テレビ|放送)|朝中社|労働新聞|北朝鮮(?:の)?(?:国営|官営)?(?:メディア|テレビ|紙)"),
    ),
)

_CHINESE: tuple[tuple[str, re.Pattern[str]], ...] = (
    *_HAN_DATE,
    (
        "weekday",
        re.compile(r"(?:(?<![一每上下])[周週]|(?<![上下])(?:星期|[礼禮]拜))(?P<wdz>[一二三四五六日天])(?![年岁歲])"),
    ),
    ("ago", re.compile(r"(?P<n>\d{1,2})(?P<u>天|日|[周週])前")),
    ("last_week", re.compile(r"上(?:个|個)?(?:[周週]|星期)")),
    ("next_week", re.compile(r"下(?:个|個)?(?:[周週]|星期)")),
    ("before_yesterday", re.compile(r"(?<!大)前天")),
    ("yesterday", re.compile(r"昨天|昨日|昨夜|昨晚|昨晨")),
    ("today", re.compile(r"今天|今日|今晨|今早|今晚|当天|當天|当日|當日|(?<=[于於])今")),
    ("tomorrow", re.compile(r"明天|明日|明晨|明晚")),
    ("day_of_month", _HAN_DAY),
    (
        "state_media",
        re.compile(
            r"朝中社|朝[鲜鮮]中央(?:通[讯訊]社|[电電][视視]台?)|[劳勞][动動]新[闻聞]|朝(?:官)?媒|(?:朝[鲜鮮]|北[韩韓])(?:官|国|國|党|黨)媒"
        ),
    ),
)

_BY_LANGUAGE = {"ko": _KOREAN, "ja": _JAPANESE, "zh": _CHINESE}


_WEEKDAYS = {"wdk": KOREAN_WEEKDAYS, "wdj": JAPANESE_WEEKDAYS, "wdz": CHINESE_WEEKDAYS}
_WEEKS = ("week", "주", "週間", "周", "週")

_SIMPLE: dict[str, tuple[CueKind, int]] = {
    "last_week": ("week_ago", 1),
    "this_week": ("week_ago", 0),
    "weekend": ("weekend", 0),
    "last_month": ("month_ago", 1),
    "next_month": ("month_ago", -1),
    "next_week": ("week_ago", -1),
    "before_yesterday": ("days_ago", 2),
    "yesterday": ("days_ago", 1),
    "today": ("days_ago", 0),
    "tomorrow": ("days_ago", -1),
    "state_media": ("state_media", 0),
}


_ANYTHING = ("",)
_PIECES = {
    "weekday": ("day",),
    "ago": ("ago", "earlier"),
    "last_week": ("last week",),
    "this_week": ("this week",),
    "next_week": ("next week",),
    "weekend": ("weekend",),
    "last_month": ("last month",),
    "next_month": ("next month",),
    "yesterday": ("yesterday", "last night"),
    "today": ("today", "night", "this ", "hours ago"),
    "tomorrow": ("tomorrow",),
    "slashed": ("/",),
    "iso": ("-",),
    "date": MONTHS,
    "state_media": ("kcn", "korean central", "rodong", "state", "great satisfaction"),
}
"""What must stand in an English text for a pattern to match; most are not worth trying."""

_BOUND = re.compile(r"\b(?:since|before|until|ahead of|from)(?: the| on)? $")
"""A day that only bounds something else ("since Monday") dates no event."""

_SENTENCE = re.compile(r"[.!?](?<!\b[a-z].)(?<!gen.)(?<!sen.)(?<!mr.)(?<!ms.)[\"'”’]? (?=[^a-z]*[a-z])")
"""Where a sentence has ended before a day's name; an initial's full stop ends none."""

_SENSES: dict[str, Sense] = {
    "last_week": "past",
    "last_month": "past",
    "yesterday": "past",
    "ago": "past",
    "next_week": "ahead",
    "next_month": "ahead",
    "tomorrow": "ahead",
}
"""Words that say by themselves on which side of today the day lies."""


def _month(word: str) -> int:
    return MONTHS.index(word[:3]) + 1


def _cue(name: str, found: re.Match[str]) -> DayCue | None:
    words, group = found.group(0).strip(), found.groupdict()
    if name == "iso":
        return DayCue("date", words, 0, int(group["y"]), int(group["m"]), int(group["d"]))
    if name == "slashed":
        year = int(group["y"] or 0)
        return DayCue("date", words, 0, year + 2000 if 0 < year < 100 else year, int(group["m"]), int(group["d"]))
    if name == "date":
        return DayCue("date", words, 0, int(group["y"] or 0), _month(group["mon"]), int(group["d"]))
    if name in ("korean_date", "month_day"):
        return DayCue("date", words, 0, 0, int(group["m"]), int(group["d"]))
    if name == "day_of_month":
        return DayCue("day_of_month", words, day=int(group["d"]))
    if name == "weekday":
        for key, names in _WEEKDAYS.items():
            if key in group:
                return DayCue("weekday", words, names.index(group[key].replace("天", "日")), local=True)
        local = bool(group["part"] or group["part2"])
        return DayCue("weekday", words, WEEKDAYS.index(group["wd"]), local=local)
    if name == "ago":
        number = group["n"]
        count = int(number) if number.isdigit() else SMALL[number]
        return DayCue("days_ago", words, count * (7 if group["u"] in _WEEKS else 1))
    kind, value = _SIMPLE[name]
    return DayCue(kind, words, value)


def _all(text: str, patterns: tuple[tuple[str, re.Pattern[str]], ...], english: bool) -> Iterator[DayCue]:
    """Every day that is named, in the order of the text; what names it best is tried first."""
    found: list[tuple[int, int, DayCue]] = []
    for name, pattern in patterns:
        if english and not any(piece in text for piece in _PIECES.get(name, _ANYTHING)):
            continue
        for hit in pattern.finditer(text):
            if any(hit.start() < end and start < hit.end() for start, end, _ in found):
                continue
            cue = _cue(name, hit)
            if cue is None or (english and _BOUND.search(text, max(0, hit.start() - 12), hit.start())):
                continue
            if english and cue.kind != "state_media":
                sense, role = around(text, *hit.span())
                later = _SENTENCE.search(text, 0, hit.end()) is not None
                cue = replace(cue, sense=_SENSES.get(name, sense), role=role, later=later)
            found.append((*hit.span(), cue))
    yield from (cue for _, _, cue in sorted(found, key=lambda each: each[0]))


def _names_a_day(text: str) -> bool:
    """Whether any of the English patterns can match, told by what costs least to look for first."""
    for piece in _NAMING:
        if piece in text:
            return True
    if _DIGIT.search(text) is None:
        return False
    if ("/" in text or "-" in text) and _PARTED.search(text) is not None:
        return True
    return any(month in text for month in MONTHS) and _BY_MONTH.search(text) is not None


def day_cues(text: str, lang: str = "en") -> tuple[DayCue, ...]:
    """The day words of a text in its order; ``lang`` as in the phrasebook, else English."""
    lowered = text.lower()
    patterns = _BY_LANGUAGE.get(lang)
    if patterns is not None:
        return tuple(_all(lowered, patterns, False))
    return tuple(_all(lowered, _ENGLISH, True)) if _names_a_day(lowered) else ()
