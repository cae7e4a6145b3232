"""The words that publishers' stamps are written in: names of months, weekdays, halves of the day, zones."""

from __future__ import annotations

_MONTHS = (
    "jan january janv janvier januar jaenner ene enero gen gennaio janeiro januari januar янв января ιαν január január",
    "feb february fev fevr fevrier februar feber febrero febbraio fevereiro februari фев февр февраля φεβ február",
    "mar march mars marz maerz mrz marzo marco mrt maart mart мар марта μαρ μάρ március marcius",
    "apr april avr avril abr abril aprile апр апреля απρ április aprilis",
    "may mai mayo mag maggio maio mei maj мая май μαι μάι május majus",
    "jun june juin juni junio giu giugno junho июн июня ιουν június junius",
    "jul july juil juillet juli julio lug luglio julho июл июля ιουλ július julius",
    "aug august aout ago agosto augustus augusti авг августа αυγ augusztus",
    "sep sept september septembre septiembre set settembre setembro сен сент сентября σεπ szeptember",
    "oct october octobre okt oktober octubre ott ottobre out outubro окт октября οκτ október",
    "nov november novembre noviembre novembro ноя нояб ноября νοε νοέ",
    "dec december decembre dez dezember dic diciembre dicembre dezembro des desember дек декабря δεκ",
)

MONTHS: dict[str, int] = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}
"""Names and short forms of the months, in lower case without accents (Greek and Hungarian in both spellings)."""

_WEEKDAYS = """
mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday sun sunday
mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag
lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes mie mier miercoles jue jueves vie viernes sab sabado dom domingo
lunedi martedi gio giovedi venerdi sabato domenica ma wo za zo ter qua qui sex
пн вт ср чт пт сб вс δευ τρι τετ πεμ παρ σαβ κυρ
월 화 수 목 금 토 일 월요일 화요일 수요일 목요일 금요일 토요일 일요일 月 火 水 木 金 土 日
"""
WEEKDAYS = frozenset(_WEEKDAYS.split())

_NOISE = """
at on um a de del le of the den kl uhr uur t published posted updated date
st nd rd th gg hrs hours h 입력 수정 송고 등록 승인
"""
NOISE = frozenset(_NOISE.split())
"""Words around a date that add nothing to it."""

MORNING = frozenset({"am", "a.m.", "a.m", "오전", "午前", "上午"})
AFTERNOON = frozenset({"pm", "p.m.", "p.m", "오후", "午後", "下午"})

OFFSETS: dict[str, float] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "etc/gmt": 0, "etc/utc": 0,
    "kst": 9, "jst": 9, "hkt": 8, "sgt": 8, "pht": 8, "myt": 8, "awst": 8, "ict": 7, "wib": 7,
    "msk": 3, "msd": 4, "trt": 3, "eat": 3, "sast": 2, "pkt": 5, "npt": 5.75,
    "bst": 1, "west": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "eest": 3,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "akst": -9, "akdt": -8, "hst": -10, "ndt": -2.5, "adt": -3, "brt": -3, "art": -3,
    "aest": 10, "aedt": 11, "acst": 9.5, "acdt": 10.5, "nzst": 12, "nzdt": 13,
}  # fmt: skip
"""Hours east of Greenwich. KST, JST and HKT are the ones that a common reader takes for UTC."""

NAMED: dict[str, str] = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
}  # fmt: skip
"""Short names that change with the season."""

SHARED: dict[str, tuple[tuple[str, float], ...]] = {
    "cst": (("Asia/", 8), ("", -6)),
    "ist": (("Europe/", 1), ("Asia/Jerusalem", 2), ("", 5.5)),
    "ast": (("Asia/", 3), ("", -4)),
    "gst": (("", 4),),
}
"""Abbreviations that several countries use: the first whose prefix fits the feed's own zone holds."""
