"""The card of a model, generated from its manifest and metrics so that no figure can be mistyped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def card(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Markdown; the same manifest and metrics give the same text."""
    lines = [f"# {manifest['name']}", ""]
    lines += [
        "Reads headlines about North Korea: the annotation guide's categories and the mode of an item. Everything",
        "else of a reading (subtype, days, places, counts) comes from the rules.",
        "",
        "## Made from",
        "",
    ]
    lines += [f"- {name}: {count} texts" for name, count in sorted(manifest["examples"].items())]
    lines += [
        f"- left out as near copies of dev texts: {manifest['left_out_as_near_copies_of_dev']}",
        f"- seed {manifest['seed']}; "
        + ", ".join(f"{name} {version}" for name, version in sorted(manifest["versions"].items())),
        f"- rules' phrasebook `{manifest['phrasebook']}`: what the rules find is among the model's features",
        "",
        "Thresholds: " + ", ".join(f"{name} {value}" for name, value in sorted(manifest["thresholds"].items())) + ".",
        "Labels by tag: " + ", ".join(f"{name} {n}" for name, n in sorted(manifest["tags"].items())) + ".",
        "Labels by mode: " + ", ".join(f"{name} {n}" for name, n in sorted(manifest["modes"].items())) + ".",
        "",
    ]
    lines += (
        list(_figures(metrics))
        if "model" in metrics
        else ["## Figures", "", "Not measured: no dev file was given.", ""]
    )
    lines += [
        "## Limits",
        "",
        "- Thresholds were chosen, and figures taken, on one development file; the rules were tuned on it, which",
        "  flatters them. On labelled titles of a time that was held out, figures are lower (docs/reading.md).",
        "- Korean, Japanese and Chinese are learnt from texts written for the project alone.",
        "- The probabilities are calibrated on folds by month and file of the training texts, whose share of each",
        "  category is not that of a news stream.",
        "",
    ]
    return "\n".join(lines)


READERS = (("model", "model"), ("rules", "rules"), ("tfidf", "TF-IDF"), ("majority", "majority"))
TOTALS = (
    ("micro", "categories, micro"),
    ("macro", "categories, macro"),
    ("mode_of_tagged", "mode, macro, over tagged rows"),
    ("mode_macro", "mode, macro, over all rows"),
)


def _figures(metrics: Mapping[str, Any]) -> Iterable[str]:
    yield "## Figures"
    yield ""
    rows, digest = metrics["model"]["rows"], metrics["dev_sha256"]
    yield f"On the development file (sha256 `{digest}`), {rows} rows; F1 with 95 % interval. TF-IDF (words and letters,"
    yield "logistic regression) learnt from the same texts; majority says the commonest category and mode each time."
    yield ""
    shown = [(name, label) for name, label in READERS if name in metrics]
    yield "| | " + " | ".join(label for _, label in shown) + " |"
    yield "|---" * (len(shown) + 1) + "|"
    for name, label in TOTALS:
        yield f"| {label} | " + " | ".join(_total(metrics[each], name) for each, _ in shown) + " |"
    yield "| calibration error | " + " | ".join(f"{metrics[each]['calibration_error']:.3f}" for each, _ in shown) + " |"
    yield ""
    yield "| | model | rules |"
    yield "|---|---|---|"
    for group in ("categories", "modes"):
        for name in sorted(metrics["model"][group]):
            yield f"| {name} | {_one(metrics['model'][group][name])} | {_one(metrics['rules'][group][name])} |"
    yield ""
    parts = (f"{name} {each['micro_f1']:.2f} ({each['rows']:.0f})" for name, each in metrics["model"]["parts"].items())
    yield f"Micro-F1 of the model by source and year (rows): {', '.join(parts)}."
    yield ""
    twice = metrics.get("agreement")
    if twice:
        told = ", ".join(f"{name} {value:.2f}" for name, value in sorted(twice.items()) if name != "texts")
        yield f"Two readings of {twice['texts']:.0f} of the labelled texts agree with Cohen's kappa of {told}."
        yield ""


def _total(report: Mapping[str, Any], name: str) -> str:
    low, high = report[f"{name}_interval"]
    return f"{report[f'{name}_f1']:.3f} ({low:.2f} to {high:.2f})"


def _one(each: Mapping[str, Any]) -> str:
    low, high = each["interval"]
    return (
        f"P {each['precision']:.2f} R {each['recall']:.2f} F1 {each['f1']:.2f} ({low:.2f} to {high:.2f}), n {each['n']}"
    )
