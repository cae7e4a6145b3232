"""Scores of decided claims: Brier, log, skill against the base rate, calibration. Derived, never stored.

Every figure is given at the low, middle and high end of the implied band, with its n and a caveat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import log, sqrt
from statistics import NormalDist, fmean

from tracker.core.base_rates import Rivals
from tracker.core.bootstrap import Sums, interval
from tracker.core.forecasts import VerbalBand
from tracker.core.verdicts import Implied, Verdict
from tracker.core.words import count_words

LOG_CLIP = 0.01
"""Probabilities are held within 0.01..0.99 for the log score, as ICD 203 caps words of certainty at 99 %: an
"always" that fails would else cost an infinity."""

CONFIDENCE = 0.95
FEW = 30
"""Below so many items a mean is no more than an illustration; the interval is what counts (Bradley 2008)."""

BIN_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Five equal bins: with some fifteen items finer ones would hold nothing."""


def brier(p: float, held: bool) -> float:
    """(p - outcome) squared, 0 (best) to 1."""
    return round((p - held) ** 2, 15)


def log_score(p: float, held: bool, clip: float = LOG_CLIP) -> float:
    """Minus the natural log of the probability given to what came true, after clipping; 0 is best."""
    kept = min(max(p, clip), 1.0 - clip)
    return -log(kept if held else 1.0 - kept)


def skill(score: float, reference: float) -> float | None:
    """1 - score / reference: 1 is perfect, 0 no better than the reference; None when that is perfect itself."""
    return None if reference == 0 else 1.0 - score / reference


def wilson(held: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval for a share of ``held`` among ``n``; (0, 1) for none (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = held / n
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (centre - spread) / (1 + z * z / n), (centre + spread) / (1 + z * z / n)
    return 0.0 if held == 0 else low, 1.0 if held == n else high


@dataclass(frozen=True, slots=True)
class Band:
    """A figure at the low, middle and high end of the implied probabilities. ``low`` belongs to the low
    probability; it is not always the smallest figure."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One scored and decided (claim, reading, window)."""

    forecast: str
    ref: str
    window: str
    cluster: str
    held: bool
    p: Band
    p_reference: float | None
    brier: Band
    log: Band
    brier_reference: float | None
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """A calibration bin of middle probabilities: ``mean_p`` is what was said, ``share`` what came true, with
    Wilson's interval; None where the bin is empty."""

    first: float
    last: float
    n: int
    mean_p: float | None
    share: float | None
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Murphy's parts of the mean Brier score over the bins: reliability - resolution + uncertainty + within
    equals it exactly; ``within`` is what pooling unequal probabilities in one bin leaves over."""

    reliability: float
    resolution: float
    uncertainty: float
    within: float


Interval = tuple[float, float]

Retold = Mapping[str, Sequence[VerbalBand]]
"""By the id of each claim: the band that each verbal table gives to its words."""


@dataclass(frozen=True, slots=True)
class RivalScore:
    """What a named base-rate model would have scored on the ``n`` items it has a figure for, and the document's
    skill against it (at mid) with its interval."""

    model: str
    n: int
    brier: float
    skill: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class VerbalScore:
    """The mean Brier score with the words read by one verbal table. Of the ``n`` items it has words for ``covered``;
    the others keep the band they were read with. The row without a ``table`` is as read."""

    table: str
    name: str
    n: int
    covered: int
    brier: Band


@dataclass(frozen=True, slots=True)
class Scores:
    """All scores of a set of verdicts. Means are None when nothing is decided.

    ``skill`` compares with the named base rates over the items that have one (``n_reference`` of them);
    ``cluster_brier`` and ``cluster_skill`` count each cluster once. ``undecided`` names scored items that no
    figure includes. The intervals (95 %) are of the figures at mid, the clusters drawn anew; None with fewer
    than two clusters. ``rivals`` are other named base-rate models on the same items.
    """

    n: int
    held: int
    clusters: int
    undecided: tuple[str, ...]
    brier: Band | None
    log: Band | None
    brier_reference: float | None
    n_reference: int
    skill: Band | None
    cluster_brier: Band | None
    cluster_reference: float | None
    cluster_skill: Band | None
    held_interval: tuple[float, float]
    bins: tuple[Bin, ...]
    decomposition: Decomposition | None
    items: tuple[ItemScore, ...]
    log_clip: float
    caveat: str
    log_reference: float | None = None
    log_skill: Band | None = None
    brier_interval: Interval | None = None
    reference_interval: Interval | None = None
    skill_interval: Interval | None = None
    log_interval: Interval | None = None
    rivals: tuple[RivalScore, ...] = ()
    verbal: tuple[VerbalScore, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def scores(verdicts: Iterable[Verdict], said: Rivals | None = None, retold: Retold | None = None) -> Scores:
    """Score the decided ones among the scored verdicts; ``said`` is what other base-rate models said of each,
    ``retold`` what each verbal table makes of a claim's words."""
    wanted = [verdict for verdict in verdicts if verdict.scored and verdict.p_implied is not None]
    items = tuple(item for verdict in wanted if (item := item_score(verdict)) is not None)
    undecided = tuple(
        f"{verdict.ref} {verdict.window}: {verdict.verdict}" for verdict in wanted if verdict.claim_held is None
    )
    paired = [item for item in items if item.brier_reference is not None]
    reference = fmean(item.brier_reference or 0.0 for item in paired) if paired else None
    clusters = sorted({item.cluster for item in items})
    by_cluster = _once(items, lambda item: item.brier) if items else None
    cluster_reference = _cluster_reference(paired)
    held = sum(item.held for item in items)
    bins = _bins(items)
    logs = [log_score(item.p_reference, item.held) for item in items if item.p_reference is not None]
    log_reference = fmean(logs) if logs else None
    return Scores(
        n=len(items),
        held=held,
        clusters=len(clusters),
        undecided=undecided,
        brier=_mean([item.brier for item in items]),
        log=_mean([item.log for item in items]),
        brier_reference=reference,
        n_reference=len(paired),
        skill=_skill(_mean([item.brier for item in paired]), reference),
        cluster_brier=by_cluster,
        cluster_reference=cluster_reference,
        cluster_skill=_skill(_once(paired, lambda item: item.brier), cluster_reference),
        held_interval=wilson(held, len(items)),
        bins=bins,
        decomposition=_decompose(items, bins),
        items=items,
        log_clip=LOG_CLIP,
        caveat=_caveat(items, len(clusters), undecided, any(v.written == "after" for v in wanted)),
        log_reference=log_reference,
        log_skill=_skill(_mean([item.log for item in paired]), log_reference),
        brier_interval=_spread(items, lambda item: (1.0, item.brier.mid), _share),
        reference_interval=_spread(paired, lambda item: (1.0, item.brier_reference or 0.0), _share),
        skill_interval=_spread(paired, lambda item: (item.brier_reference or 0.0, item.brier.mid), _skill_of),
        log_interval=_spread(items, lambda item: (1.0, item.log.mid), _share),
        rivals=_rivals(items, said or {}),
        verbal=_by_table(items, retold or {}),
    )


def item_score(verdict: Verdict) -> ItemScore | None:
    """The score of one verdict; None while it is undecided, or where it is not to be scored."""
    implied, held = verdict.p_implied, verdict.claim_held
    if implied is None or held is None or not verdict.scored:
        return None
    reference = verdict.p_reference
    return ItemScore(
        forecast=verdict.forecast,
        ref=verdict.ref,
        window=verdict.window,
        cluster=verdict.cluster or verdict.forecast,
        held=held,
        p=Band(implied.low, implied.mid, implied.high),
        p_reference=reference,
        brier=_band(implied, lambda p: brier(p, held)),
        log=_band(implied, lambda p: log_score(p, held)),
        brier_reference=brier(reference, held) if reference is not None else None,
        reading=verdict.reading,
    )


def _band(implied: Implied, figure: Callable[[float], float]) -> Band:
    return Band(figure(implied.low), figure(implied.mid), figure(implied.high))


def _mean(bands: Sequence[Band]) -> Band | None:
    if not bands:
        return None
    return Band(*(fmean(getattr(band, end) for band in bands) for end in ("low", "mid", "high")))


def _share(sums: Sums) -> float | None:
    """A mean from (items, sum)."""
    return sums[1] / sums[0] if sums[0] else None


def _skill_of(sums: Sums) -> float | None:
    """Skill from (sum of the reference's Brier, sum of ours)."""
    return 1.0 - sums[1] / sums[0] if sums[0] else None


def _spread(
    items: Sequence[ItemScore], adds: Callable[[ItemScore], Sums], figure: Callable[[Sums], float | None]
) -> Interval | None:
    """The interval of a figure made of sums over items, the clusters drawn anew."""
    clusters = [tuple(map(sum, zip(*map(adds, group), strict=True))) for group in _grouped(items)]
    return interval(clusters, figure, CONFIDENCE)


def _rivals(items: Sequence[ItemScore], said: Rivals) -> tuple[RivalScore, ...]:
    models = dict.fromkeys(model for item in items for model in _said_of(item, said))
    found = []
    for model in models:
        mine = [item for item in items if model in _said_of(item, said)]
        theirs = {id(item): brier(_said_of(item, said)[model], item.held) for item in mine}
        mean = fmean(theirs.values())
        found.append(
            RivalScore(
                model,
                len(mine),
                mean,
                skill(fmean(item.brier.mid for item in mine), mean),
                _spread(mine, lambda item, theirs=theirs: (theirs[id(item)], item.brier.mid), _skill_of),  # type: ignore[misc]
            )
        )
    return tuple(found)


def _by_table(items: Sequence[ItemScore], retold: Retold) -> tuple[VerbalScore, ...]:
    """The score as read, then by each table that has words for at least one item, in the order of the tables."""
    as_read = _mean([item.brier for item in items])
    names = {band.table: band.name for item in items for band in retold.get(item.forecast, ())}
    if as_read is None or not names:
        return ()
    found = [VerbalScore("", "as read", len(items), len(items), as_read)]
    for table, name in names.items():
        theirs = {
            item.forecast: band for item in items for band in retold.get(item.forecast, ()) if band.table == table
        }
        bands = [_under(item, theirs.get(item.forecast)) for item in items]
        mean = _mean(bands)
        if mean is not None:
            found.append(VerbalScore(table, name, len(items), sum(i.forecast in theirs for i in items), mean))
    return tuple(found)


def _under(item: ItemScore, band: VerbalBand | None) -> Band:
    return item.brier if band is None else _band(band.implied, lambda p: brier(p, item.held))


def _said_of(item: ItemScore, said: Rivals) -> Mapping[str, float]:
    return said.get((item.forecast, item.reading), {})


def _grouped(items: Sequence[ItemScore]) -> list[list[ItemScore]]:
    groups: dict[str, list[ItemScore]] = {}
    for item in items:
        groups.setdefault(item.cluster, []).append(item)
    return list(groups.values())


def _once(items: Sequence[ItemScore], figure: Callable[[ItemScore], Band]) -> Band | None:
    """The mean of the clusters' means: claims that share one outcome count once together."""
    means = [_mean([figure(item) for item in group]) for group in _grouped(items)]
    return _mean([mean for mean in means if mean is not None])


def _cluster_reference(paired: Sequence[ItemScore]) -> float | None:
    means = [fmean(item.brier_reference or 0.0 for item in group) for group in _grouped(paired)]
    return fmean(means) if means else None


def _skill(mean: Band | None, reference: float | None) -> Band | None:
    if mean is None or reference is None or reference == 0:
        return None
    return Band(*(1.0 - getattr(mean, end) / reference for end in ("low", "mid", "high")))


def _bins(items: Sequence[ItemScore]) -> tuple[Bin, ...]:
    found = []
    for first, last in pairwise(BIN_EDGES):
        inside = [item for item in items if _bin_of(item.p.mid) == first]
        held = sum(item.held for item in inside)
        mean = fmean(item.p.mid for item in inside) if inside else None
        share = held / len(inside) if inside else None
        found.append(Bin(first, last, len(inside), mean, share, wilson(held, len(inside))))
    return tuple(found)


def _bin_of(p: float) -> float:
    """The lower edge of the bin that holds p; 1 belongs to the last."""
    return max(edge for edge in BIN_EDGES[:-1] if edge <= p)


def _decompose(items: Sequence[ItemScore], bins: Sequence[Bin]) -> Decomposition | None:
    if not items:
        return None
    n = len(items)
    base = sum(item.held for item in items) / n
    filled = [(each.n, each.mean_p or 0.0, each.share or 0.0) for each in bins if each.n]
    reliability = sum(count * (mean - share) ** 2 for count, mean, share in filled) / n
    resolution = sum(count * (share - base) ** 2 for count, _, share in filled) / n
    uncertainty = base * (1 - base)
    total = fmean(item.brier.mid for item in items)
    return Decomposition(reliability, resolution, uncertainty, total - (reliability - resolution + uncertainty))


def _caveat(items: Sequence[ItemScore], clusters: int, undecided: Sequence[str], after: bool) -> str:
    parts = [f"n = {count_words(len(items), 'item')} in {count_words(clusters, 'cluster')} of related outcomes"]
    if len(items) < FEW:
        parts.append("far too few for the figures to rank a forecaster; read the direction and the interval")
    if undecided:
        verb = "is" if len(undecided) == 1 else "are"
        parts.append(f"{count_words(len(undecided), 'scored item')} {verb} undecided and in no figure")
    if after:
        parts.append("criteria, thresholds and readings of the words were written after the window")
    parts.append("each figure is given at the low, middle and high end of what the words may mean")
    return "; ".join(parts) + "."
