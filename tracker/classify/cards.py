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
        "Labels by tag: " + ", ".join(f"{name} {n}" for name, n in sorted(manifest["tags"].items())) + ".",
        "Labels by mode: " + ", ".join(f"{name} {n}" for name, n in sorted(manifest["modes"].items())) + ".",
        "",
    ]
    lines += list(_figures(metrics)) if metrics else ["## Figures", "", "Not measured: no dev file was given.", ""]
    lines += [
        "## Limits",
        "",
        "- Tuned and measured on one development file; figures on other sources and years will be lower.",
        "- Korean is learnt from few texts.",
        "- The probabilities are calibrated by cross-validation on the training texts, whose share of each category",
        "  is not that of a news stream.",
        "",
    ]
    return "\n".join(lines)


def _figures(metrics: Mapping[str, Any]) -> Iterable[str]:
    yield "## Figures"
    yield ""
    rows, digest = metrics["model"]["rows"], metrics["dev_sha256"]
    yield f"On the development file (sha256 `{digest}`), {rows} rows; F1 with 95 % interval."
    yield ""
    yield "| | model | rules |"
    yield "|---|---|---|"
    for name, label in (("micro", "categories, micro"), ("macro", "categories, macro"), ("mode_macro", "mode, macro")):
        yield f"| {label} | {_total(metrics['model'], name)} | {_total(metrics['rules'], name)} |"
    for group in ("categories", "modes"):
        for name in sorted(metrics["model"][group]):
            yield f"| {name} | {_one(metrics['model'][group][name])} | {_one(metrics['rules'][group][name])} |"
    yield ""


def _total(report: Mapping[str, Any], name: str) -> str:
    low, high = report[f"{name}_interval"]
    return f"{report[f'{name}_f1']:.3f} ({low:.2f} to {high:.2f})"


def _one(each: Mapping[str, Any]) -> str:
    low, high = each["interval"]
    return (
        f"P {each['precision']:.2f} R {each['recall']:.2f} F1 {each['f1']:.2f} ({low:.2f} to {high:.2f}), n {each['n']}"
    )
