"""Whose a file is by its name, without what browsers, desktops and course systems add to it."""

import re
import unicodedata
from collections.abc import Iterable

# Words for a copy, and what may stand between them and the name, as in "Kopie von" or "Copia de".
# Google Drive, Colab, Windows, macOS and Linux desktops write them before or behind a name.
COPY = {
    **{"copy": "of", "kopie": "von|van|souboru|z", "copie": "de|du|a", "copia": "de|di"},
    **{"cópia": "de", "còpia": "de", "kópia": "súboru|z", "kopia": "pliku|av", "kopi": "af|av"},
    **{"kopio": "kohteesta|tiedostosta", "kopija": "datoteke|od", "kopya": "", "kopyası": ""},
    **{"másolat": "", "másolata": "", "koopia": "", "afrit": "af"},
    **{"αντίγραφο": "του|από", "копия": "", "копие": "на", "копія": "", "копија": ""},
    **{"salinan": "dari", "bản sao": "của", "نسخة": "من", "עותק": "של", "สำเนา": "ของ"},
    **{"another copy": "of", "duplicate": "of", "duplikat": "von", "doublon": "de"},
}
_ATTACHED = "の?コピー|的?副本|的?複本|的?複製|的?复制|의? ?복사본|의? ?사본|สำเนาของ"
_NUMBER = r"(?:[ _-]?\(?\d{1,3}\)?)?"
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"


def _copy_words() -> re.Pattern:
    longest = sorted(COPY, key=len, reverse=True)
    words = [
        word.replace(" ", "[ _]") + _NUMBER + (rf"(?:[ _-]+(?:{COPY[word]}){_END})?")
        for word in longest
    ]
    return re.compile(
        rf"{_START}(?:\d(?:st|nd|rd|th)[ _])?(?:{'|'.join(words)}){_END}|(?:{_ATTACHED}){_NUMBER}",
        re.IGNORECASE,
    )


_COPIES = _copy_words()
_COUNT = re.compile(r"[ _]?[(（\[]\d{1,3}[)）\]]")  # "(1)", of browsers
_AGAIN = re.compile(rf"^[ -]\d{{1,2}}{_END}")  # "-1", of Canvas and Safari, behind the notebook
_ENDING = re.compile(rf"\.ipynb{_END}", re.IGNORECASE)
_ENDINGS = re.compile(
    r"(?:\.(?:ipynb|json|txt|zip|html?|pdf|py|md|docx?|odt|tar|t?gz|rar|7z|bak|old|orig|part|"
    r"(?:cr)?download))+$",
    re.IGNORECASE,
)
_EDGES = " _-–—.,:;+()[]（）「」\"'"

# How course systems write a student's name and their own numbers before the name of the file.
SYSTEMS = {
    "Moodle": re.compile(r"(?P<who>.+?)_\d+_assign(?:submission|feedback)_[a-z]+(?:_|$)", re.I),
    "Canvas": re.compile(r"(?P<who>[^\W\d_].*?)(?:_late)?_\d+_\d+(?:_|$)", re.I),
    "Blackboard": re.compile(r".+_(?P<who>[^_]+)_attempt_\d{4}(?:-\d\d){5}(?:_|$)", re.I),
    "Brightspace": re.compile(r"\d+-\d+ - (?P<who>.+?) - .*\d{4}"),
}
_SAYS_NOTHING = re.compile(
    r"(?:final|finale?s?|finished|done|fertig|solutions?|solved|l(?:ö|oe)sung(?:en)?|submissions?|"
    r"abgaben?|draft|entwurf|attempt|updated|edited|completed?|late|resubmission|homework|"
    r"v(?:ersion)?|untitled|unbenannt|ohne titel|sans titre|sin t[ií]tulo|senza titolo|"
    r"sem t[ií]tulo|bez názvu|bez tytułu|无标题|未命名|無題|제목 없음|notebook|colab|ipynb)"
    r"[ _-]?\d*(?:[ _.-]+(?:final|v?\d+))*",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"(?:week|woche|semaine|semana|settimana|day|tag|unit|lesson|lektion|task|assignments?|"
    r"homework|hw|ps|problem set|exercises?|(?:ü|ue)bung(?:en)?|blatt|sheet|aufgaben?|part|"
    r"notebooks?|submissions?|submitted(?: files)?|abgaben?|files|downloads?|archives?|archiv|all|"
    r"colab notebooks|documents|desktop|work|new folder|neuer ordner|untitled folder)"
    r"[ _-]*\d*|\d{1,2}",
    re.IGNORECASE,
)


def same(text: str) -> str:
    """Text in one form of Unicode: `ü` as one character, however a system stores it."""
    return unicodedata.normalize("NFC", text)


def without_ending(name: str) -> str:
    """The name of a file without what says its kind; `Dr. Meier` stays whole."""
    return _ENDINGS.sub("", same(name))


def notebook_in(text: str, notebooks: Iterable[str]) -> re.Match | None:
    """Where a name says one of the course's notebooks, blanks or underscores between the words."""
    for name in notebooks:
        found = re.search(re.sub("[_ ]", "[ _-]?", re.escape(name)), text, re.IGNORECASE)
        if found:
            return found
    return None


def student(text: str, notebooks: Iterable[str]) -> tuple[str, bool]:
    """The student in the name of a file, without its suffix, or of a folder.

    Args:
        text: The name.
        notebooks: Names of the course's notebooks.

    Returns:
        The student, empty if the name says none; and whether a course system wrote the name, so
        that there is no doubt.
    """
    text = _ENDING.sub("", same(text))
    found = notebook_in(text, notebooks)
    before, behind = (text[: found.start()], text[found.end() :]) if found else (text, "")
    for system in SYSTEMS.values():
        told = system.match(before)
        if told:
            return _without_copies(told["who"]), True
    parts = [_without_copies(before), _without_copies(_AGAIN.sub("", behind))]
    return " ".join(part for part in parts if not _SAYS_NOTHING.fullmatch(part)).strip(), False


def is_person(folder: str, notebooks: Iterable[str]) -> bool:
    """Whether a folder may be a student's: not one of a week, a sheet or a notebook."""
    name = student(without_ending(folder), notebooks)[0]
    return bool(name) and not _NO_PERSON.fullmatch(name)


def _without_copies(text: str) -> str:
    return _COPIES.sub(" ", _COUNT.sub(" ", text)).strip(_EDGES)
