"""Names of files as browsers, desktops and course systems leave them: whose are they?"""

import unicodedata

import pytest

from helpers.tools.batch import naming

NAMES = ("01_dense_baseline", "02_one_layer_cnn")
COPIES = (  # {} is what was copied
    *("{} (1)", "{}(2)", "{} (1) (1)", "{}-Copy1", "{}_Copy2", "{} copy", "{} copy 2", "{}_copy"),
    *("{} - Copy", "{} - Copy (2)", "{} (copy)", "{} (another copy)", "{} (3rd copy)", "{}.ipynb"),
    *("{} - Kopie", "{} - Kopie (2)", "{} Kopie 2", "{} (Kopie)", "{} - copie", "{} - copia (3)"),
    *("{} - Cópia", "{} — kopia", "{} - másolat", "{} - Kopya", "{} — копия", "{} - コピー"),
    *("{}のコピー", "{} 的副本", "{} - 副本", "{} - 복사본", "{}의 사본"),
    *(
        "Copy of {}",
        "Copy_of_{}",
        "Copy of Copy of {}",
        "Copy-of-{}",
        "Kopie von {}",
        "Kopie van {}",
    ),
    *("Copie de {}", "Copia de {}", "Copia di {}", "Cópia de {}", "Còpia de {}", "Kópia {}"),
    *("Kopia av {}", "Kopi af {}", "Kopia {}", "Kopija datoteke {}", "Másolat – {}", "Копия {}"),
    *("Копія {}", "Αντίγραφο του {}", "Salinan {}", "Bản sao của {}", "نسخة من {}", "עותק של {}"),
    *("สำเนาของ {}", "Copy of {} (1)", "Copy of {} copy"),
)
SYSTEMS = {
    "Surname First_12345_assignsubmission_file_{}": "Surname First",
    "Surname First_12345_assignsubmission_file_": "Surname First",
    "De La Cruz Ana_7_assignsubmission_onlinetext_{}": "De La Cruz Ana",
    "doejane_LATE_48213_9922_{}-1": "doejane",
    "doejane_48213_9922_Copy of {}-2": "doejane",
    "mustermax_11_22_{}-1": "mustermax",
    "doejane_48213_9922_Untitled0": "doejane",
    "Sheet 1_jdoe_attempt_2026-11-26-10-11-12_{}": "jdoe",
    "12345-67890 - Jane Doe - Nov 26, 2026 1011 AM": "Jane Doe",
}
PEOPLE = {
    "{}_alice": "alice",
    "Bob Ng - {}": "Bob Ng",
    "Jane Doe - Copy of {}": "Jane Doe",
    "{}_alice - Kopie (2)": "alice",
    "01 Dense Baseline zoe": "zoe",
    "Kopie van de Boer_{}": "de Boer",
    "{}_Copeland": "Copeland",
    "{}_group-2": "group-2",
    "{}_12345": "12345",
    "anna_{}_meier": "anna meier",
    "{}_Neu": "Neu",
    "O'Neill_Sean_{}": "O'Neill_Sean",
}
NOBODY = ("{}", "{}-1", "{} 2", "{}_final", "{} v2", "final_{}_v3", "Untitled0", "Untitled (3)")


@pytest.mark.parametrize("form", COPIES)
@pytest.mark.parametrize("normal", ["NFC", "NFD"])
def test_what_a_copy_is_called_is_no_student(form, normal):
    name = unicodedata.normalize(normal, form.format("01_dense_baseline"))
    assert naming.student(name, NAMES) == ("", False)
    person = unicodedata.normalize(normal, form.format("02_one_layer_cnn_Jürgen"))
    assert naming.student(person, NAMES) == ("J\u00fcrgen", False)


@pytest.mark.parametrize("form", SYSTEMS)
def test_what_a_course_system_writes_is_taken_off_and_sure(form):
    assert naming.student(form.format("01_dense_baseline"), NAMES) == (SYSTEMS[form], True)


@pytest.mark.parametrize("form", PEOPLE)
def test_what_students_write_stays(form):
    assert naming.student(form.format("01_dense_baseline"), NAMES) == (PEOPLE[form], False)


@pytest.mark.parametrize("form", NOBODY)
def test_a_name_that_says_nobody_is_empty(form):
    assert naming.student(form.format("01_dense_baseline"), NAMES) == ("", False)


def test_folders_of_weeks_and_sheets_are_nobodys():
    nobodys = ("week1", "Week 2", "ps1", "Übung 3", "01", "submissions", "01_dense_baseline")
    assert not any(naming.is_person(folder, NAMES) for folder in nobodys)
    persons = ("alice", "Doe Jane_123_assignsubmission_file_", "12345", "alice (1)", "Marta Week")
    assert all(naming.is_person(folder, NAMES) for folder in persons)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("01_dense_baseline.ipynb.txt", "01_dense_baseline"),
        ("alice.IPYNB", "alice"),
        ("Doe Jane.zip", "Doe Jane"),
        ("Dr. Meier", "Dr. Meier"),
        ("j.doe", "j.doe"),
        ("j.doe.html", "j.doe"),
    ],
)
def test_only_endings_of_files_are_taken_off_a_name(name, bare):
    assert naming.without_ending(name) == bare


def test_archives_are_called_by_persons_or_by_nobody():
    nobodys = ("Archive.zip", "Archiv.zip", "work.zip", "submissions.zip", "New folder (2).zip")
    assert not any(naming.is_person(folder, NAMES) for folder in nobodys)
    assert naming.is_person("alice.zip", NAMES)
