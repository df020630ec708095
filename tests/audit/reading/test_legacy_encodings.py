"""Texts of many languages in the encodings before Unicode."""

from __future__ import annotations

import pytest

from readiness.audit.reading.legacy_encodings import find_legacy_encoding

TEXTS = {
    "German": "Straße;Größe\nMüller;Übergröße\nWeiß;Tür und Fenster\n",
    "French": "prénom;ville\nHélène;Besançon\nFrançois;Sète près de Béziers\n",
    "Spanish": "nombre;ciudad\nJosé Muñoz;Málaga\nÁngel Ibáñez;León\n",
    "Portuguese": "nome;cidade\nJoão Conceição;São Paulo\nInês;Guimarães\n",
    "Swedish": "namn;ort\nÅsa Sjöström;Malmö\nGöran Hägg;Västerås\n",
    "Polish": "nazwisko;miasto\nŁukasz Wiśniewski;Łódź\nMałgorzata Dąbrowska;Gdańsk\nŻółkiewski;Częstochowa\n",
    "Czech": "jméno;město\nJiří Dvořák;Plzeň\nLukáš Šťastný;Třebíč\nDěčínský;Olomouc žluťoučký kůň\n",
    "Hungarian": "név;város\nSzűcs Győző;Győr\nTóth Ödön;Székesfehérvár\nFűzfői László;Hódmezővásárhely\n",
    "Turkish": "isim;şehir\nİsmail Yıldız;Eskişehir\nAyşe Gül Öztürk;Iğdır\nÇağlar;Muğla\n",
    "Russian": "имя;город\nИванов Сергей;Москва\nПетрова Анна;Нижний Новгород\n",
    "Ukrainian": "ім'я;місто\nЄвген Шевченко;Київ\nІванна Їжакевич;Львів\n",
    "Greek": "όνομα;πόλη\nΓιώργος Παπαδόπουλος;Θεσσαλονίκη\nΕλένη;Αθήνα\n",
    "Hebrew": "שם;עיר\nדוד כהן;ירושלים\nשרה לוי;תל אביב\n",
    "Arabic": "الاسم;المدينة\nمحمد علي;القاهرة\nفاطمة;الرياض\n",
    "Thai": "ชื่อ;เมือง\nสมชาย;กรุงเทพมหานคร\nสมหญิง;เชียงใหม่\n",
    "Japanese": "名前;住所\n山田太郎;東京都港区\nすずき はなこ;カタカナ町\n",
    "Simplified": "姓名;城市\n王小明;北京市朝阳区\n李雷;上海\n",
    "Traditional": "姓名;城市\n王小明;臺北市信義區\n陳怡君;高雄\n",
    "Korean": "이름;도시\n김철수;서울특별시\n이영희;부산광역시\n",
}
WRITTEN = [
    *((language, "cp1252") for language in ("German", "French", "Spanish", "Portuguese", "Swedish")),
    *((language, codec) for language in ("Polish", "Czech", "Hungarian") for codec in ("cp1250", "iso8859-2")),
    *(("Russian", codec) for codec in ("cp1251", "koi8-r", "iso8859-5", "cp866")),
    ("Ukrainian", "cp1251"),
    ("Turkish", "cp1254"),
    *(("Greek", codec) for codec in ("cp1253", "iso8859-7")),
    ("Hebrew", "cp1255"),
    ("Arabic", "cp1256"),
    ("Thai", "cp874"),
    *(("Japanese", codec) for codec in ("cp932", "euc_jp")),
    ("Simplified", "gb18030"),
    ("Traditional", "big5"),
    ("Korean", "cp949"),
]


@pytest.mark.parametrize(("language", "codec"), WRITTEN)
def test_a_few_lines_of_a_language_come_back_as_they_were_written(language: str, codec: str) -> None:
    data = TEXTS[language].encode(codec)
    found = find_legacy_encoding(data)
    assert found is not None
    assert data.decode(found.codec) == TEXTS[language], found


@pytest.mark.parametrize(
    "text", ["£5.00;€3\n", "it’s “new” – really…\n", "20°C;5 µm;½\n", "O’Brien;naïve café\n", "© 2020;™\n"]
)
def test_single_signs_among_english_words_are_windows_1252(text: str) -> None:
    found = find_legacy_encoding(text.encode("cp1252"))
    assert found is not None
    assert text.encode("cp1252").decode(found.codec) == text, found


def test_text_without_bytes_beyond_ascii_has_none() -> None:
    assert find_legacy_encoding(b"plain words\n") is None
