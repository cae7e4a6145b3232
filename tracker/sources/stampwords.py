"""The words that publishers' stamps are written in: names of months, weekdays, halves of the day, zones."""

from __future__ import annotations

_MONTHS = (
    "jan january janv janvier januar jaenner ene enero gen gennaio janeiro januari januar янв января ιαν január január"
    " sty stycznia led ledna ocak tammikuuta ianuarie січня",
    "feb february fev fevr fevrier februar feber febrero febbraio fevereiro februari фев февр февраля φεβ február"
    " lut lutego unora subat helmikuuta februarie лютого feberuari",
    "mar march mars marz maerz mrz marzo marco mrt maart mart мар марта μαρ μάρ március marcius"
    " marca brezna mart maret maaliskuuta martie березня",
    "apr april avr avril abr abril aprile апр апреля απρ április aprilis"
    " kwi kwietnia dubna nisan huhtikuuta aprilie квітня",
    "may mai mayo mag maggio maio mei maj мая май μαι μάι május majus maja kvetna mayıs mayis toukokuuta травня majus",
    "jun june juin juni junio giu giugno junho июн июня ιουν június junius"
    " cze czerwca cervna haziran kesakuuta iunie червня ιον",
    "jul july juil juillet juli julio lug luglio julho июл июля ιουλ július julius"
    " lip lipca cervence temmuz heinakuuta iulie липня ιολ",
    "aug august aout ago agosto augustus augusti авг августа αυγ augusztus"
    " sie sierpnia srpna agustos agustus elokuuta серпня",
    "sep sept september septembre septiembre set settembre setembro сен сент сентября σεπ szeptember"
    " wrz wrzesnia zari eylul syyskuuta septembrie вересня",
    "oct october octobre okt oktober octubre ott ottobre out outubro окт октября οκτ október"
    " paz pazdziernika rijna ekim lokakuuta octombrie жовтня",
    "nov november novembre noviembre novembro ноя нояб ноября νοε νοέ listopadu kasım kasim marraskuuta noiembrie",
    "dec december decembre dez dezember dic diciembre dicembre dezembro des desember дек декабря δεκ"
    " gru grudnia prosince aralık aralik joulukuuta decembrie грудня",
)

MONTHS: dict[str, int] = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}
"""Names and short forms of the months, in lower case without accents (Greek and Hungarian in both spellings)."""

_WEEKDAYS = (
    "mon monday mo montag lun lundi lunes lunedi seg segunda ma maandag man пн pon po 월 월요일 月 δευ senin",
    "tue tues tuesday di dienstag mar mardi martes martedi ter terca dinsdag вт wt ut 화 화요일 火 τρι selasa",
    "wed weds wednesday mi mittwoch mer mercredi mie miercoles mercoledi qua quarta wo woensdag ср sr 수 수요일 水 τετ",
    "thu thur thurs thursday do donnerstag jeu jeudi jue jueves gio giovedi qui quinta donderdag чт 목 목요일 木 πεμ",
    "fri friday fr freitag ven vendredi vie viernes venerdi sex sexta vr vrijdag пт pt pa 금 금요일 金 παρ",
    "sat saturday sa samstag sam samedi sab sabado sabato za zaterdag сб sob 토 토요일 土 σαβ",
    "sun sunday sonntag dim dimanche dom domingo domenica zo zondag вс nie ndz ne 일 일요일 日 κυρ",
)
WEEKDAYS: dict[str, int] = {name: day for day, names in enumerate(_WEEKDAYS) for name in names.split()}
"""Names and short forms of the days of the week; Monday is 0."""

_NOISE = """
at on um a de del le of the den kl uhr uur t published posted updated date
st nd rd th so г года last gg hrs hours h 입력 수정 송고 등록 승인
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
    "at": "America/Halifax",
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
}  # fmt: skip
"""Short names that change with the season; only behind a clock ("at" is a word, "pt" a Friday in Polish)."""

MILITARY: dict[str, int] = {
    **{letter: -hours for hours, letter in enumerate("abcdefghiklm", 1)},
    **{letter: hours for hours, letter in enumerate("nopqrstuvwxy", 1)},
}
"""One-letter zones in hours east of Greenwich as RFC 822 has them, the standard that RSS names for its dates."""

MONTH_FIRST = frozenset({"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"})
"""Zones of feeds that write 3/4/2020 for the fourth of March; the other way round in Europe; elsewhere nobody knows."""

SHARED: dict[str, tuple[tuple[str, float], ...]] = {
    "cst": (("Asia/", 8), ("", -6)),
    "ist": (("Europe/", 1), ("Asia/Jerusalem", 2), ("", 5.5)),
    "ast": (("Asia/", 3), ("", -4)),
    "gst": (("", 4),),
}
"""Abbreviations that several countries use: the first whose prefix fits the feed's own zone holds."""
