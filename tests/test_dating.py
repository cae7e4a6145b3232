"""On which day: reporting lag, words that name a day, and what may never come out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core import day_words
from tracker.core.dating import DayCue, Outlook, day_weights, deciding
from tracker.core.day_words import day_cues
from tracker.core.days import DayWeights, Published, day_of, likeliest, span_of

SEOUL = "Asia/Seoul"
NEW_YORK = "America/New_York"
ZONES = st.sampled_from([SEOUL, NEW_YORK, "UTC", "Asia/Singapore", "Europe/Stockholm"])
FIRST_S, LAST_S = 1_451_800_000, 1_793_500_000  # January 2016 to October 2026
INSTANTS = st.integers(FIRST_S, LAST_S).map(lambda second: datetime.fromtimestamp(second, UTC))
WORDS = st.sampled_from(
    [
        "", "on Monday", "early Tuesday", "yesterday", "today", "three days ago", "last week", "on July 4",
        "4 March 2020", "2017-07-04", "since Friday", "state media said", "tomorrow", "next week", "a week ago",
    ]
)  # fmt: skip


def at(text: str) -> Published:
    return Published.instant(datetime.fromisoformat(text))


def weights(stamp: str, words: str = "", zone: str = SEOUL, desk: str = "UTC", outlook: Outlook = "past") -> DayWeights:
    published = at(stamp) if "T" in stamp else Published.day(date.fromisoformat(stamp), desk)
    return day_weights(published, zone, desk, day_cues(words), outlook)


@pytest.mark.parametrize(
    ("stamp", "words", "day"),
    [
        ("2017-07-28T15:30:00Z", "", date(2017, 7, 28)),  # half past midnight in Korea: the evening before
        ("2020-03-02T04:00:00Z", "", date(2020, 3, 2)),
        ("2017-07-04T05:28:00Z", "fired on Tuesday", date(2017, 7, 4)),
        ("2017-07-06T05:00:00Z", "fired on Tuesday", date(2017, 7, 4)),
        ("2020-03-05T03:00:00Z", "three days ago", date(2020, 3, 2)),
        ("2020-03-10T03:00:00Z", "was fired yesterday", date(2020, 3, 9)),
        ("2017-07-10T05:28:00Z", "tested on July 4", date(2017, 7, 4)),
        ("2017-09-01T05:28:00Z", "repeating the test of 2017-07-04", date(2017, 7, 4)),
        ("2019-04-17T22:00:00Z", "KCNA said", date(2019, 4, 17)),  # seven in the morning of the 18th in Korea
    ],
)
def test_the_likeliest_day(stamp: str, words: str, day: date) -> None:
    assert likeliest(weights(stamp, words)) == day


def test_a_korean_day_of_the_month_is_read() -> None:
    cues = day_cues("북한, 4일 미사일 발사", "ko")
    assert [cue.words for cue in cues] == ["4일"]
    assert likeliest(day_weights(at("2017-07-06T05:00:00Z"), SEOUL, SEOUL, cues)) == date(2017, 7, 4)


@pytest.mark.parametrize(
    ("text", "lang", "kinds"),
    [
        ("北朝鮮、12日にミサイル発射", "ja", {"day_of_month": 12}),
        ("朝鮮中央通信、7月4日の発射を報道", "ja", {"date": 4, "state_media": 0}),
        ("昨日発射、月曜に会合", "ja", {"weekday": 0, "days_ago": 1}),
        ("3日間の演習、30年ぶり", "ja", {}),
        ("朝鲜昨天发射导弹", "zh", {"days_ago": 1}),
        ("韩军:朝鲜周一发射导弹", "zh", {"weekday": 0}),
        ("朝中社:星期天试射", "zh", {"weekday": 6, "state_media": 0}),
        ("北韓3月2日射飛彈", "zh", {"date": 2}),
        ("上周举行会谈", "zh", {"week_ago": 1}),
    ],
)
def test_japanese_and_chinese_day_words(text: str, lang: str, kinds: dict[str, int]) -> None:
    found = {}
    for cue in day_cues(text, lang):
        found[cue.kind] = cue.day if cue.kind in ("date", "day_of_month") else cue.value
    assert found == kinds


def test_a_bare_date_west_of_korea_leaves_the_next_day_possible() -> None:
    span = span_of(weights("2019-07-24", desk=NEW_YORK))
    assert span is not None
    assert date(2019, 7, 25) in span


def test_weekdays_mean_the_place_of_the_event_more_than_the_desk() -> None:
    # Tuesday evening in New York is Wednesday morning in Korea.
    local = dict(weights("2019-05-08T23:00:00Z", "early Thursday", desk=NEW_YORK))
    assert local[date(2019, 5, 9)] > 0.8


def test_hours_at_which_such_events_happen_speak_for_instants_only() -> None:
    dawn = [0.1] * 5 + [5.0] * 5 + [0.1] * 14
    late = at("2017-07-04T18:30:00Z")  # half past three in the morning of the 5th in Korea
    assert likeliest(day_weights(late, SEOUL, "UTC")) == date(2017, 7, 5)
    assert likeliest(day_weights(late, SEOUL, "UTC", hours=dawn)) == date(2017, 7, 4)
    day = Published.day(date(2019, 7, 24), NEW_YORK)
    assert day_weights(day, SEOUL, NEW_YORK, hours=dawn) == day_weights(day, SEOUL, NEW_YORK)


def test_words_that_no_possible_day_agrees_with_are_about_something_else() -> None:
    plain = weights("2020-03-02T04:00:00Z")
    assert weights("2020-03-02T04:00:00Z", "before the vote of 12 December 2020") == plain


def test_a_day_that_only_bounds_is_no_cue() -> None:
    assert day_cues("the first test since Monday") == ()
    assert day_cues("ahead of July 4") == ()


def test_ahead_looks_forward() -> None:
    coming = day_weights(at("2018-04-18T05:00:00Z"), SEOUL, "UTC", day_cues("to meet on April 27"), outlook="ahead")
    assert likeliest(coming) == date(2018, 4, 27)
    assert min(day for day, _ in coming) >= date(2018, 4, 18)


def test_without_a_stamp_only_a_full_date_tells() -> None:
    assert day_weights(Published.unknown("soon"), SEOUL, "UTC", day_cues("on Monday")) == ()
    named = day_weights(Published.unknown(), SEOUL, "UTC", day_cues("launched on 4 July 2017"))
    assert named == ((date(2017, 7, 4), 1.0),)


def test_each_cue_keeps_its_words() -> None:
    cues = day_cues("Missile fired early Tuesday, two days ago by state media's count")
    assert [(cue.kind, cue.words) for cue in cues] == [
        ("weekday", "early tuesday"),
        ("days_ago", "two days ago"),
        ("state_media", "state media"),
    ]


@given(instant=INSTANTS, words=WORDS, zone=ZONES, desk=ZONES)
def test_weights_sum_to_one_and_never_lie_after_publication(
    instant: datetime, words: str, zone: str, desk: str
) -> None:
    found = day_weights(Published.instant(instant), zone, desk, day_cues(words))
    assert found == day_weights(Published.instant(instant), zone, desk, day_cues(words))
    assert sum(weight for _, weight in found) == pytest.approx(1.0, abs=1e-4)
    # "today" is the writer's day where nothing else is said, wherever the event's clocks stand
    assert all(day <= max(day_of(instant, zone), day_of(instant, desk)) for day, _ in found)
    assert [day for day, _ in found] == sorted({day for day, _ in found})


@given(day=st.dates(date(2016, 1, 3), date(2026, 11, 1)), words=WORDS, zone=ZONES, desk=ZONES)
def test_a_date_only_stamp_gives_days_about_it(day: date, words: str, zone: str, desk: str) -> None:
    found = day_weights(Published.day(day, desk), zone, desk, day_cues(words))
    assert sum(weight for _, weight in found) == pytest.approx(1.0, abs=1e-4)
    assert max(each for each, _ in found) <= day + timedelta(days=1)


@given(instant=INSTANTS, words=WORDS, zone=ZONES)
def test_nothing_expected_lies_before_publication(instant: datetime, words: str, zone: str) -> None:
    found = day_weights(Published.instant(instant), zone, "UTC", day_cues(words), outlook="ahead")
    assert sum(weight for _, weight in found) == pytest.approx(1.0, abs=1e-4)
    said = [cue for cue in day_cues(words) if cue.sense == "past" or cue.year]
    assert said or all(day >= min(day_of(instant, zone), day_of(instant, "UTC")) for day, _ in found)


@given(text=st.text(max_size=300), lang=st.sampled_from(["en", "ko", "ja", "zh", ""]))
def test_any_text_gives_cues_that_stand_in_it(text: str, lang: str) -> None:
    cues: tuple[DayCue, ...] = day_cues(text, lang)
    assert all(cue.words in text.lower() for cue in cues)


@pytest.mark.parametrize(
    ("words", "sense", "role"),
    [
        ("The envoy said on Friday that a deal was near", "past", "source"),
        ("Delegates agreed Tuesday to widen the talks", "past", "main"),
        ("The two leaders will on Friday cross the line", "ahead", "main"),
        ("Remains expected to be handed over on Friday", "ahead", "main"),
        ("A rocket ready to be launched on Saturday, experts say", "ahead", "main"),
        ("Council is asked for a vote on Monday", "ahead", "main"),
        ("President lifts measures that his Treasury imposed yesterday", "past", "aside"),
        ("Markets fall after Sunday's launch", "", "aside"),
        ("Friday summit in doubt", "", "main"),
    ],
)
def test_what_the_words_around_a_day_say_of_it(words: str, sense: str, role: str) -> None:
    (cue,) = day_cues(words)
    assert (cue.sense, cue.role) == (sense, role)


def test_the_news_own_day_goes_before_the_day_it_was_told() -> None:
    cues = day_cues("They agreed on Friday to meet again, state media said on Saturday")
    assert [cue.words for cue in deciding(cues, "past")[0]] == ["friday"]


def test_what_was_done_is_not_dated_by_a_day_to_come() -> None:
    cues = day_cues("Delegation arrives to prepare for Tuesday's meeting")
    assert deciding(cues, "past") == ((), False)
    assert [cue.words for cue in deciding(cues, "ahead")[0]] == ["tuesday"]


def test_a_warning_without_a_day_of_its_own_is_dated_by_the_saying() -> None:
    # Thursday evening in New York; the launch has no day, the warning has.
    found = weights("2017-09-07T23:00:00Z", "Minister warned on Wednesday of another launch", outlook="ahead")
    assert likeliest(found) == date(2017, 9, 6)


@pytest.mark.parametrize(
    ("stamp", "words", "day"),
    [
        ("2018-01-05T02:00:00Z", "have agreed to hold talks next Tuesday", date(2018, 1, 9)),
        ("2018-01-13T13:00:00Z", "to hold talks on January 15", date(2018, 1, 15)),
        ("2018-01-02T09:00:00Z", "to be launched on September 9", date(2018, 9, 9)),
        ("2018-04-30T09:00:00Z", "summit set for 5/22", date(2018, 5, 22)),
    ],
)
def test_days_to_come(stamp: str, words: str, day: date) -> None:
    assert likeliest(weights(stamp, words, outlook="ahead")) == day


def test_a_weekend_and_a_month_are_spans() -> None:
    weekend = span_of(weights("2019-06-27T12:00:00Z", "to meet this weekend", outlook="ahead"))
    assert weekend is not None
    assert (weekend.first, weekend.last) == (date(2019, 6, 29), date(2019, 6, 30))
    month = weights("2018-04-29T06:00:00Z", "site to close next month", outlook="ahead")
    assert {day.month for day, weight in month if weight > 0.001} == {5}


def test_a_year_that_is_written_out_says_on_which_side_the_day_lies() -> None:
    assert likeliest(weights("2018-01-17T04:00:00Z", "the bulletin for January 16, 2018", outlook="open")) == date(
        2018, 1, 16
    )


def test_a_byline_dates_nothing_where_another_day_is_named() -> None:
    found = weights("2017-12-03T10:00:00Z", "Dec 3, 2017 The drill is scheduled to begin on Monday", outlook="open")
    assert likeliest(found) == date(2017, 12, 4)


@pytest.mark.parametrize(
    "day",
    [
        "2017-07-04", "July 4", "Sept. 3, 2017", "(May 9)", "4 July 2017", "the 3rd of May", "21st of september", "9/3",
        "09/03/2017", "early Tuesday", "three days ago", "two weeks earlier", "last week", "this week", "next week",
        "at the weekend", "last month", "next month", "last night", "tonight", "this morning", "few hours ago",
        "tomorrow", "KCNA", "Rodong Sinmun", "state-run media", "state tv", "great satisfaction",
        "Korean Central News Agency",
    ],
)  # fmt: skip
def test_a_first_look_never_hides_a_day(day: str) -> None:
    text = f"Kim fired it {day}, aides say"
    assert day_cues(text) == tuple(day_words._all(text.lower(), day_words._ENGLISH, True)) != ()
