"""The rules in Korean, Japanese and Chinese: which language a title is in, and what is made of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tracker.catalog.places import read_places
from tracker.catalog.taxonomy import read_taxonomy
from tracker.classify.canonical import plain
from tracker.classify.literals import alternatives
from tracker.classify.rules import RulesReader
from tracker.classify.scripts import language, simplified
from tracker.classify.trails import trails
from tracker.core.observations import Observation, Text

CONFIG = Path(__file__).resolve().parents[1] / "config"
WORDS, _ = read_taxonomy(CONFIG)
READER = RulesReader(WORDS, read_places(CONFIG)[0])

KOREAN = [
    ("북한, 동해로 순항미사일 서너 발 쏴…합참 포착", {"missile_test"}, "occurred"),
    ("북, 정찰위성 또 쏘아 올릴 준비…동창리 분주", {"missile_test"}, "expected"),
    ("합참 “북 미사일 발사 사실 아냐”", {"missile_test"}, "denied"),
    ("외교부, 북한 미사일 발사 강력 규탄", {"missile_test"}, "commentary"),
    ("국정원 “북, 7차 핵실험 언제든 가능”", {"nuclear_test"}, "expected"),
    ("남북 정상, 평양서 회담 시작", {"talks"}, "occurred"),
    ("북한, 우리 측 회담 제의 거부", {"talks"}, "denied"),
    ("美, 북한 은행원 5명 제재 명단에", {"sanctions"}, "occurred"),
    ("한미 연합훈련 일정 부분 연기", {"exercise"}, "denied"),
    ("북한군, 군사분계선 넘어와 총격", {"other_provocation"}, "occurred"),
    ("김여정 담화 “반드시 대가 치를 것” 위협", {"other_provocation"}, "expected"),
    ("이란, 탄도미사일 발사…이스라엘 요격", set(), ""),
    ("북한 수해 지역에 새 살림집 완공", set(), ""),
    ("중국군, 대만해협서 실사격 훈련", set(), ""),
]
JAPANESE = [
    ("北朝鮮が弾道ミサイルを発射 日本海に落下", {"missile_test"}, "occurred"),
    ("北朝鮮、衛星打ち上げを海上保安庁に通報", {"missile_test"}, "expected"),
    ("官房長官、北朝鮮のミサイル発射を強く非難", {"missile_test"}, "commentary"),
    ("北朝鮮、ミサイル発射実験の凍結を宣言", {"missile_test"}, "denied"),
    ("北朝鮮、核実験の準備か 豊渓里に動き", {"nuclear_test"}, "expected"),
    ("米朝首脳が会談、共同声明に署名", {"talks"}, "occurred"),
    ("米朝首脳会談、来月開催で調整", {"talks"}, "expected"),
    ("北朝鮮、南北会談の中止を通告", {"talks"}, "denied"),
    ("政府、北朝鮮への追加制裁を検討", {"sanctions"}, "expected"),
    ("米韓合同演習が始まる 爆撃機も参加", {"exercise"}, "occurred"),
    ("北朝鮮ハッカー、暗号資産を大量に盗む", {"other_provocation"}, "occurred"),
    ("拉致被害者の家族、国連で訴え", set(), ""),
    ("寧辺の原子炉に稼働の兆候", set(), ""),
    ("ロシアへの追加制裁を検討 政府", set(), ""),
    ("韓国がロケット打ち上げに成功", set(), ""),
]
CHINESE = [
    ("朝鲜向东部海域发射一枚弹道导弹", {"missile_test"}, "occurred"),
    ("北韓射飛彈 落入日本海", {"missile_test"}, "occurred"),
    ("韩军:朝鲜可能近期发射卫星", {"missile_test"}, "expected"),
    ("外交部就朝鲜发射导弹答记者问", {"missile_test"}, "commentary"),
    ("北韓宣布暫停核試驗", {"nuclear_test"}, "denied"),
    ("金正恩与普京举行会谈", {"talks"}, "occurred"),
    ("金正恩或将于下月访华", {"talks"}, "expected"),
    ("北韓拒絕與南韓對話", {"talks"}, "denied"),
    ("安理会通过决议 加强对朝制裁", {"sanctions"}, "occurred"),
    ("韩美宣布推迟联合军演", {"exercise"}, "denied"),
    ("朝鲜举行盛大阅兵式", {"other_provocation"}, "occurred"),
    ("伊朗试射中程导弹", set(), ""),
    ("金正恩视察新建医院", set(), ""),
    ("美国追加对俄制裁", set(), ""),
    ("抗美援朝老兵回忆录出版", set(), ""),
]


def seen(title: str) -> Observation:
    return READER.observe([Text(title)])[0]


@pytest.mark.parametrize(("title", "tags", "mode"), KOREAN + JAPANESE + CHINESE)
def test_a_title_is_read(title: str, tags: set[str], mode: str) -> None:
    observation = seen(title)
    assert {each.category for each in observation.mentions} == tags
    if mode:
        assert max(observation.p_mode, key=lambda each: observation.p_mode[each]) == mode


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("North Korea fires missile", "en"),
        ("Pyongyang (平壤) says it fired a missile into the sea", "en"),
        ("Le café fermé", "en"),
        ("北, ICBM 추정 미사일 발사", "ko"),
        ("北朝鮮がICBM発射", "ja"),
        ("米朝首脳会談中止", "ja"),
        ("北朝鮮軍事演習", "ja"),
        ("朝鲜试射ICBM", "zh"),
        ("北韓試射飛彈", "zh"),
        ("", "en"),
    ],
)
def test_the_letters_tell_the_language(title: str, lang: str) -> None:
    assert language(title) == lang
    assert language(title, "ko") == lang


def test_the_given_language_settles_only_what_the_letters_leave_open() -> None:
    assert language("朝鮮労働党大会閉幕") == "ja"
    assert (language("平壤市民"), language("平壤市民", "ja-JP")) == ("zh", "ja")
    assert language("朝鲜试射导弹", "en") == "zh"


def test_traditional_characters_keep_their_places() -> None:
    canonical = READER.look(Text("北韓發射飛彈")).canonical
    assert canonical.text == "北韩发射飞弹"
    assert canonical.words(2, 4) == "發射"
    assert simplified(replace(canonical, text="韓國")).text == "韩国"


@pytest.mark.parametrize(
    ("title", "subtype", "weapon", "count"),
    [
        ("북한, 단거리 탄도미사일 2발 발사", "SRBM", "", 2),
        ("北朝鮮、「火星18」の発射実験に成功と発表", "ICBM", "Hwasong-18", None),
        ("北朝鮮が短距離弾道ミサイル3発を発射", "SRBM", "", 3),
        ("北朝鮮、巡航ミサイルを発射", "CRUISE", "", None),
        ("朝鲜发射两枚短程弹道导弹", "SRBM", "", 2),
        ("朝鲜成功试射火星-17型导弹", "ICBM", "Hwasong-17", None),
        ("北韓試射北極星-3潛射飛彈", "SLBM", "Pukguksong-3", None),
        ("朝鲜成功发射侦察卫星", "SLV", "", None),
    ],
)
def test_what_stands_around_a_launch_is_read(title: str, subtype: str, weapon: str, count: int | None) -> None:
    (mention,) = seen(title).mentions
    assert (mention.subtype, mention.weapon, mention.count) == (subtype, weapon, count)


def test_places_are_found_in_every_script() -> None:
    assert [each.places for each in seen("米朝首脳、シンガポールで会談").mentions] == [("singapore",)]
    assert [each.places for each in seen("金正恩抵达河内 与特朗普会晤").mentions] == [("hanoi",)]
    assert [each.places for each in seen("金正恩抵達新加坡 與川普會面").mentions] == [("singapore",)]


def test_every_part_of_the_gate_names_what_must_stand_in_a_text() -> None:
    book = WORDS.phrasebook
    for pattern in (book.gate, book.weak, book.context):
        assert [each for each in alternatives(pattern) if not all(trail.steps for trail in trails(each, True))] == []


@pytest.mark.parametrize("title", [title for title, tags, _ in KOREAN + JAPANESE + CHINESE if tags])
def test_the_gate_lets_through_what_is_tagged(title: str) -> None:
    assert READER.relevant(Text(plain(title)))
