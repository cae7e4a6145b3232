"""Which language a headline is read in, told by its letters: a feed's own word for it is often wrong."""

from __future__ import annotations

import re
from dataclasses import replace

from tracker.classify.canonical import Canonical, is_korean

READ = ("en", "ko", "ja", "zh")
"""The languages the phrasebook speaks; whatever is written in none of their letters is tried as the first."""

_LOOKED_AT = 400
"""Characters in which the letters are counted; a headline is shorter."""

_LATIN_PER_HAN = 4
"""A Chinese or Japanese character says as much as this many Latin letters; more Latin than that carries the text."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3041-\u306d\u306f-\u3096\u30a1-\u30fa]")
"""Kana but for "no", which Chinese shop and brand names borrow."""
_LATIN = re.compile(r"[A-Za-z]")

_JAPANESE = re.compile(
    r"[発対弾験総両実検権戦撃応気単変続関帰挙満歓渉団囲売択済転圧訳鉱読説験拠毎伝広労働込処覚図鉄]"
    r"|北朝鮮|会談|米朝|米韓|日米|米国|米軍|米大統領|訪米|対米|声明文|首脳"
)
"""Forms and words that Japanese has and neither Chinese script has; a title without kana is told by them."""

_TRADITIONAL = (
    "韓鮮發彈導飛試驗國會談議對話聯軍東團結協總統書記長務戰爭環機構無類擊報復經濟貿易輸進運動員開關閉門間問聞"
    "願變譴責賠償購買賣貨幣資產財貸錢銀鐵針鋒錄鐘鎖鏈鄰鄭醫釋裡製補裝褲規視親觀覺覽觸計訂討訓訊託記訪設許訴詐"
    "評詞詢詳誇認語誤說誰課調請論諾謀謂講謝證譯護讀讓豐豬貝負貢貧販貪貫費貼賀資賓賜賞質賴賽贊趕趙跡踐車軌"
    "軟較載輛輕輪轉辦辭農遊違遠適遷選遺鄉釁釐鈾鋼錯鍵鎮長閃閱隊階際陸陽陰雙雜離難電靈靜頂項順須預領頭題額"
    "顯風飆飯飲館駐駛駭驚驟體髮鬆魚鮑鳥鳴麗麥黃點黨齊龍龜產亞倉個們偉側偵傑傘備傳債傷傾僅僑價儀億優儲兒內兩"
    "冊凍凱別刪則剛創劃劇劉劍劑勁動勞勢勳勝匯區協卻參吳員單嚇嚴國圍園圓圖團執堅報場塊墜壓壞壯聲夢奪奮媽嬰孫學"
    "實審寫寬寶專將尋導屆島峽崗嶺師帥帳帶幫幹幾庫廠廣廢廳張強彈彌後從復徹恥悅惡慘慣慶憂憑憲應懷懲懸戲戶拋挾掃"
    "掛採換揮損搶攝擁擇擔據擬擴擺擾攔攜敗敘敵數斃斷於時晉暫曉曆書術條棄槍樂樣標樞樹樸橋檢權歐歡歲歷歸殘殺殼毀"
    "氣決沒況洩洶淚淨淪測湯溝滅滯漁漢漲潛潰澤濟濫灣災為烏煙熱爾牆狀獎獨獄獲獻現環瑋瓊畢畫異當療瘋發監盤眾睜礎"
    "確碼禍禦禮禿種稱積穩窮競筆節範築簡簽籌籠糧紀約紅納純紙級紛細終組統絕給絡經維網緊線練締緩編縣縮總績織繞繼"
    "續羅義習聖聚聯聽肅脅脈腦膚臉臨舉舊艦艙艱藝蘇藍蘭處虛號蝕衛衝"
    "寧轟佈徵啟闖遞揚綁輿鬥薩惱憤諷諜謊遲籲邊達過還這連華來減準滿陣險隨鷹殲盜竊賬罷週滅擋餘腳懼棲牽綫"
    "襲葉壽闊顧驅駕馬撐撥亂塵礙盧灑繳紐緬檔樓楊灘獵壇鑽噴燒焚燃縱緝誤貶贖載遠適錶鑒閣陳隱雲霧響飽駁魯"
)
_SIMPLIFIED = (
    "韩鲜发弹导飞试验国会谈议对话联军东团结协总统书记长务战争环机构无类击报复经济贸易输进运动员开关闭门间问闻"
    "愿变谴责赔偿购买卖货币资产财贷钱银铁针锋录钟锁链邻郑医释里制补装裤规视亲观觉览触计订讨训讯托记访设许诉诈"
    "评词询详夸认语误说谁课调请论诺谋谓讲谢证译护读让丰猪贝负贡贫贩贪贯费贴贺资宾赐赏质赖赛赞赶赵迹践车轨"
    "软较载辆轻轮转办辞农游违远适迁选遗乡衅厘铀钢错键镇长闪阅队阶际陆阳阴双杂离难电灵静顶项顺须预领头题额"
    "显风飙饭饮馆驻驶骇惊骤体发松鱼鲍鸟鸣丽麦黄点党齐龙龟产亚仓个们伟侧侦杰伞备传债伤倾仅侨价仪亿优储儿内两"
    "册冻凯别删则刚创划剧刘剑剂劲动劳势勋胜汇区协却参吴员单吓严国围园圆图团执坚报场块坠压坏壮声梦夺奋妈婴孙学"
    "实审写宽宝专将寻导届岛峡岗岭师帅帐带帮干几库厂广废厅张强弹弥后从复彻耻悦恶惨惯庆忧凭宪应怀惩悬戏户抛挟扫"
    "挂采换挥损抢摄拥择担据拟扩摆扰拦携败叙敌数毙断于时晋暂晓历书术条弃枪乐样标枢树朴桥检权欧欢岁历归残杀壳毁"
    "气决没况泄汹泪净沦测汤沟灭滞渔汉涨潜溃泽济滥湾灾为乌烟热尔墙状奖独狱获献现环玮琼毕画异当疗疯发监盘众睁础"
    "确码祸御礼秃种称积稳穷竞笔节范筑简签筹笼粮纪约红纳纯纸级纷细终组统绝给络经维网紧线练缔缓编县缩总绩织绕继"
    "续罗义习圣聚联听肃胁脉脑肤脸临举旧舰舱艰艺苏蓝兰处虚号蚀卫冲"
    "宁轰布征启闯递扬绑舆斗萨恼愤讽谍谎迟吁边达过还这连华来减准满阵险随鹰歼盗窃账罢周灭挡余脚惧栖牵线"
    "袭叶寿阔顾驱驾马撑拨乱尘碍卢洒缴纽缅档楼杨滩猎坛钻喷烧焚燃纵缉误贬赎载远适表鉴阁陈隐云雾响饱驳鲁"
)
_SIMPLER = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
"""The traditional characters that news on this subject is written with, each with its simplified form."""


def language(text: str, said: str = "") -> str:
    """One of ``READ``: Hangul is Korean, kana Japanese, other Han Chinese unless its forms are Japanese.

    ``said`` is the language the item came with; it settles only what the letters leave open.
    """
    if text.isascii():
        return READ[0]
    if is_korean(text):
        return "ko"
    han = len(_HAN.findall(text, 0, _LOOKED_AT))
    kana = len(_KANA.findall(text, 0, _LOOKED_AT))
    if han + kana < 2 or len(_LATIN.findall(text, 0, _LOOKED_AT)) > _LATIN_PER_HAN * (han + kana):
        return READ[0]
    if kana or _JAPANESE.search(text) is not None or said.lower().startswith("ja"):
        return "ja"
    return "zh"


def simplified(canonical: Canonical) -> Canonical:
    """The same text with traditional characters in their simplified forms; every character keeps its place."""
    return replace(canonical, text=canonical.text.translate(_SIMPLER))
