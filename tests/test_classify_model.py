"""Training and loading a model: the same inputs give the same readings, and nothing foreign is ever loaded."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
import skops.io
from scipy.sparse import csr_matrix

from tracker.catalog.places import read_places
from tracker.catalog.taxonomy import read_taxonomy
from tracker.classify.cards import card
from tracker.classify.evaluation import evaluate
from tracker.classify.examples import Example, read_labels, text_key, without_copies
from tracker.classify.features import Features
from tracker.classify.model import MODEL_FILE, ModelReader, load, read_manifest
from tracker.classify.readers import make_reader
from tracker.classify.reliability import calibration_error
from tracker.classify.rules import RulesReader
from tracker.classify.table import Table, packed, unpacked
from tracker.classify.training import train
from tracker.core.errors import ArtefactError, RefusedError, SourceError
from tracker.core.observations import Text
from tracker.core.observers import ObserverSetting

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted((ROOT / "models").glob("*-[0-9][0-9][0-9][0-9]"))
WORDS, _ = read_taxonomy(ROOT / "config")
PLACES, _ = read_places(ROOT / "config")
RULES = RulesReader(WORDS, PLACES)

FRAMES = {
    "missile_test": "North Korea {} a missile{}",
    "nuclear_test": "North Korea {} a nuclear test{}",
    "talks": "North Korea {} talks with Washington{}",
    "sanctions": "Council {} sanctions on North Korea{}",
    "exercise": "Seoul and Washington {} a joint military drill{}",
    "other_provocation": "North Korea {} a threat against Seoul{}",
    "": "North Korea {} a flower show{}",
}
VERBS = {"prepares": "expected", "held": "occurred", "cancels": "denied", "and why it matters:": "commentary"}
TAILS = ("", " on Monday", " near the coast", ", officials say", " this spring")


def corpus(folder: Path) -> Path:
    folder.mkdir(parents=True)
    rows = [
        {"text": frame.format(verb, tail), "summary": "", "tags": [tag] if tag else [], "mode": mode if tag else ""}
        for (tag, frame), (verb, mode), tail in product(FRAMES.items(), VERBS.items(), TAILS)
    ]
    (folder / "small.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("models")
    dev = home / "dev.jsonl"
    dev.write_text(
        json.dumps({"text": "North Korea held a flower show on Monday", "tags": [], "status": ""})
        + "\n"
        + json.dumps({"text": "Pyongyang fired a missile", "tags": ["missile_test"], "status": "occurred"}),
        encoding="utf-8",
    )
    report = train(corpus(home / "corpus"), home / "labels", (), home / "small-0001", dev, RULES)
    assert report.dropped == 1
    assert report.examples == len(FRAMES) * len(VERBS) * len(TAILS) - 1
    assert any("left out as near copies" in line for line in report.lines)
    return home / "small-0001"


def test_a_trained_folder_says_what_it_is(trained: Path) -> None:
    manifest = json.loads((trained / "manifest.json").read_text(encoding="utf-8"))
    metrics = json.loads((trained / "metrics.json").read_text(encoding="utf-8"))
    assert manifest["trained_on"].keys() == {"corpus/small.jsonl"}
    assert manifest["left_out_as_near_copies_of_dev"] == 1
    assert metrics["model"]["rows"] == metrics["rules"]["rows"] == 2
    assert (trained / "CARD.md").read_text(encoding="utf-8") == card(manifest, metrics)


def test_the_model_decides_categories_and_the_rules_read_the_rest(trained: Path) -> None:
    setting = ObserverSetting("small", "model", trained.name)
    observer, reader = make_reader(setting, WORDS, PLACES, trained.parent)
    assert (observer.kind, observer.name) == ("model", "small-0001")
    texts = [Text("Seoul bakery wins prize"), Text("North Korea held a missile near Wonsan"), Text("Rain in Paris")]
    nothing, found, rain = reader.observe(texts)
    assert nothing.mentions == rain.mentions == ()
    assert [each.category for each in found.mentions] == ["missile_test"]
    assert found.mentions[0].places == ("wonsan",)
    assert sum(found.p_mode.values()) == pytest.approx(1.0, abs=1e-3)
    assert reader.observe(texts) == [nothing, found, rain]


def test_training_again_gives_the_same_readings(trained: Path, tmp_path: Path) -> None:
    train(
        corpus(tmp_path / "corpus"),
        tmp_path / "labels",
        (),
        tmp_path / "small-0001",
        trained.parent / "dev.jsonl",
        RULES,
    )
    texts = [Text(frame.format(verb, "")) for frame, verb in product(FRAMES.values(), VERBS)]
    first = ModelReader(trained, read_manifest(trained), RULES)
    again = ModelReader(tmp_path / "small-0001", read_manifest(tmp_path / "small-0001"), RULES)
    assert first.observe(texts) == again.observe(texts)


def test_a_folder_is_never_written_twice(trained: Path) -> None:
    with pytest.raises(RefusedError, match="next number"):
        train(trained.parent / "corpus", trained.parent, (), trained, None, RULES)


def test_too_few_examples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="too few examples"):
        train(tmp_path, tmp_path, (), tmp_path / "none-0001", None, RULES)


@pytest.fixture
def copied(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / trained.name))


def expect_refusal(folder: Path, saying: str) -> None:
    with pytest.raises(ArtefactError, match=saying):
        load(folder, read_manifest(folder))


def manifest_with(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def test_a_changed_file_is_refused(copied: Path) -> None:
    content = bytearray((copied / MODEL_FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / MODEL_FILE).write_bytes(content)
    expect_refusal(copied, "not the file its manifest describes")


def test_a_file_that_is_no_archive_is_refused(copied: Path) -> None:
    (copied / MODEL_FILE).write_bytes(b"not a model")
    manifest_with(copied, model_sha256="5afd4d99e0e67c1a1ccffd1a1c6d9d4b1cf61f5a3a6d2a7c0e0e4a0d8f3b3c11")
    expect_refusal(copied, "not the file")
    manifest_with(copied, model_sha256=hashlib.sha256(b"not a model").hexdigest())
    expect_refusal(copied, "cannot be loaded")


def test_another_library_version_is_refused(copied: Path) -> None:
    manifest_with(copied, versions={"scikit-learn": "0.1.0"})
    expect_refusal(copied, "train it anew")


class Foreign:
    """A type that no model of ours holds."""


def test_a_foreign_type_is_refused(copied: Path) -> None:
    skops.io.dump({"vectors": Foreign(), "categories": 1, "modes": 2}, copied / MODEL_FILE)
    manifest_with(copied, model_sha256=hashlib.sha256((copied / MODEL_FILE).read_bytes()).hexdigest())
    expect_refusal(copied, "types that are not allowed .*Foreign")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": "x"}'])
def test_a_broken_manifest_is_refused(copied: Path, content: str) -> None:
    (copied / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(ArtefactError, match="restore the folder"):
        read_manifest(copied)


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="choose the rules"):
        make_reader(ObserverSetting("gone", "model", "gone-0001"), WORDS, PLACES, tmp_path)


def test_labels_are_joined_by_hash(tmp_path: Path) -> None:
    label = {"sha256": text_key("  A Title\u00a0here "), "tags": ["talks"], "mode": "occurred"}
    (tmp_path / "labels.jsonl").write_text(json.dumps(label), encoding="utf-8")
    titles = tmp_path / "texts"
    titles.write_text('{"title": "another"}\n{"title": "a title HERE", "published": "2018-01-01"}\n', encoding="utf-8")
    (found,) = read_labels(tmp_path, [titles])
    assert (found.text.title, found.tags, found.mode) == ("a title HERE", frozenset({"talks"}), "occurred")
    assert read_labels(tmp_path, []) == []


def test_near_copies_of_held_out_texts_are_left_out() -> None:
    held = "North Korea fires two ballistic missiles into the sea, South Korea says"
    near, far = held.replace("two", "three"), "North Korea holds talks with South Korea at sea"
    kept, dropped = without_copies([Example(Text(each), frozenset(), "", "x") for each in (held, near, far)], [held])
    assert ([each.text.title for each in kept], dropped) == ([far], 2)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_model_loads_and_its_card_is_fresh(folder: Path) -> None:
    manifest = read_manifest(folder)
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert manifest.name == folder.name
    assert (folder / "CARD.md").read_text(encoding="utf-8") == card(manifest.details, metrics)
    (found,) = ModelReader(folder, manifest, RULES).observe([Text("North Korea fires a ballistic missile at dawn")])
    assert [(each.category, each.mode) for each in found.mentions] == [("missile_test", "occurred")]


def test_a_model_is_shipped() -> None:
    assert SHIPPED


def test_the_table_says_what_the_estimators_say(trained: Path) -> None:
    parts = load(trained, read_manifest(trained))
    texts = [Text(frame.format(verb, "")) for frame, verb in product(FRAMES.values(), VERBS)]
    looks = [RULES.look(text) for text in texts]
    seen = [look.features for look in looks]
    table = Table(parts)
    answer = table.ask([look.seen_by(Features(table.numbers)) for look in looks])
    vocabulary = unpacked(parts["words"])
    counts = [[float(word in each) for word in vocabulary] for each in seen]
    matrix = parts["rarity"].transform(csr_matrix(counts))
    for column, classifier in enumerate(parts["categories"]):
        wanted = classifier.predict_proba(matrix)[:, 1]
        assert answer.categories[:, column] == pytest.approx(wanted, abs=2e-3)
    assert answer.modes == pytest.approx(parts["modes"].predict_proba(matrix), abs=2e-3)


def test_a_vocabulary_comes_back_as_it_was() -> None:
    assert unpacked(packed(["s=a", "c=핵", "x=names the North"])) == ["s=a", "c=핵", "x=names the North"]


def test_a_text_without_a_known_feature_is_answered(trained: Path) -> None:
    table = Table(load(trained, read_manifest(trained)))
    answer = table.ask([set(), {table.numbers.one("s=never seen before")}])
    assert answer.categories.shape == (2, len(FRAMES) - 1)
    assert answer.modes.sum(axis=1) == pytest.approx([1.0, 1.0])


def test_a_reading_is_explained_in_words(trained: Path) -> None:
    reader = ModelReader(trained, read_manifest(trained), RULES)
    reasons = reader.explain(Text("North Korea held a missile near the coast"))
    assert {reason.of for reason in reasons} & {"missile_test"}
    assert any("missile" in reason.words for reason in reasons)
    (outside,) = reader.explain(Text("Rain in Paris"))
    assert outside.of == ""


def test_a_worse_model_is_not_kept(trained: Path, tmp_path: Path) -> None:
    blind = tmp_path / "blind"
    blind.mkdir()
    # Labels turned round: what is a missile is called talks, and what happened is called denied.
    turned = {"missile_test": "talks", "talks": "missile_test"}
    rows = [json.loads(line) for line in (trained.parent / "corpus" / "small.jsonl").read_text().splitlines()]
    for row in rows:
        row["tags"] = [turned.get(tag, tag) for tag in row["tags"]]
        row["mode"] = {"occurred": "denied", "denied": "occurred"}.get(row["mode"], row["mode"])
    (blind / "turned.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with pytest.raises(RefusedError, match="worse than small-0001"):
        train(blind, tmp_path / "none", (), tmp_path / "small-0002", trained.parent / "dev.jsonl", RULES, trained)
    assert not (tmp_path / "small-0002").exists()


@pytest.mark.parametrize("lang", ["ko", "ja", "zh"])
def test_the_active_model_reads_other_languages(lang: str) -> None:
    folder = SHIPPED[-1]
    reader = ModelReader(folder, read_manifest(folder), RULES)
    report = evaluate(reader, ROOT / "models" / "sets" / f"{lang}.jsonl", RULES.guide)
    assert report.rows == 160
    assert report.micro.f1 >= 0.70


def test_the_active_model_reads_the_development_headlines() -> None:
    path = ROOT.parent / "shared" / "eval" / "dev_headlines.jsonl"
    if not path.exists():
        pytest.skip("the development headlines (../shared/eval/dev_headlines.jsonl) are not beside the project")
    folder = SHIPPED[-1]
    report = evaluate(ModelReader(folder, read_manifest(folder), RULES), path, RULES.guide)
    assert report.micro.f1 >= 0.86
    assert report.macro.f1 >= 0.78
    assert report.mode_of_tagged.f1 >= 0.75
    assert calibration_error(report.bins) < 0.06


def test_what_is_turned_away_at_the_gate_loads_no_library() -> None:
    code = (
        "import sys; from pathlib import Path; from tracker.catalog.beliefs import read_beliefs; "
        "from tracker.classify.readers import make_reader; from tracker.core.observations import Text; "
        f"root = Path({str(ROOT)!r}); b = read_beliefs(root / 'config'); "
        "reader = make_reader(b.observers.active, b.words, b.places, root / 'models')[1]; "
        "assert reader.observe([Text('Rain in Paris')])[0].mentions == (); "
        "print([name for name in ('sklearn', 'numpy', 'skops') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
