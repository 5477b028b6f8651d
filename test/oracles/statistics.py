"""Answers for test/statistics.test.ts from SciPy, statsmodels and plain matrices: reads a JSON list of questions, writes one of answers."""
import json
import sys
import warnings

import numpy as np
from scipy import stats
from statsmodels.api import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from statsmodels.stats.proportion import proportion_confint


def stacked(clusters):
    values = np.concatenate([np.asarray(cluster, float) for cluster in clusters])
    return values, np.repeat(np.arange(len(clusters)), [len(cluster) for cluster in clusters])


def cr1(clusters):
    values, groups = stacked(clusters)
    fit = OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    return float(fit.bse[0])


def cr3(clusters):
    """Mean, CR3 and its degrees of freedom by the matrices of Bell and McCaffrey 2002, for a constant alone."""
    values, groups = stacked(clusters)
    n = len(values)
    residual_maker = np.eye(n) - np.full((n, n), 1 / n)
    variance, columns = 0.0, []
    for group in range(len(clusters)):
        rows = groups == group
        weights = np.linalg.inv(residual_maker[np.ix_(rows, rows)]) @ np.ones(rows.sum()) / n
        variance += (weights @ (residual_maker @ values)[rows]) ** 2
        columns.append(residual_maker[:, rows] @ weights)
    variance *= (len(clusters) - 1) / len(clusters)
    products = np.array(columns) @ np.array(columns).T
    return [float(values.mean()), float(variance**0.5), float(np.trace(products) ** 2 / (products**2).sum())]


def mean_interval(clusters):
    """Student's, further out towards the longer tail by Hall's term, from the means without each cluster."""
    mean, error, degrees = cr3(clusters)
    without = [np.concatenate(clusters[:left] + clusters[left + 1 :]).mean() for left in range(len(clusters))]
    moved = mean - np.array(without)
    skewness = (moved**3).sum() / (moved**2).sum() ** 1.5
    further = skewness * (2 * stats.norm.ppf(0.975) ** 2 + 1) / 6
    t = stats.t.ppf(0.975, degrees)
    return [float(mean - error * (t + max(0, -further))), float(mean + error * (t + max(0, further)))]


def welch(values, others):
    logs = [np.log(values), np.log(others)]
    low, high = CompareMeans(*map(DescrStatsW, logs)).tconfint_diff(usevar="unequal")
    return [float(np.exp(end)) for end in (logs[0].mean() - logs[1].mean(), low, high)]


def intra_cluster(clusters):
    f = stats.f_oneway(*clusters).statistic
    sizes = np.array([len(values) for values in clusters])
    size = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    return float((f - 1) / (f - 1 + size))


def exact_mcnemar(b, c):
    return float(mcnemar([[0, b], [c, 0]], exact=True).pvalue)


def sign_flip(sums):
    """Of one sample, SciPy's permutations flip signs."""
    return float(stats.permutation_test((sums,), np.sum, permutation_type="samples", n_resamples=np.inf).pvalue)


def krippendorff(units, level):
    """From the matrix of coincidences, as Krippendorff 2011 lays it out."""
    compared = [[v for v in unit if v is not None] for unit in units]
    compared = [unit for unit in compared if len(unit) > 1]
    values = sorted({v for unit in compared for v in unit})
    coincidences = np.zeros((len(values), len(values)))
    for unit in compared:
        for i, a in enumerate(unit):
            for j, b in enumerate(unit):
                if i != j:
                    coincidences[values.index(a), values.index(b)] += 1 / (len(unit) - 1)
    counts = coincidences.sum(axis=1)
    n = counts.sum()
    distances = np.zeros_like(coincidences)
    for c in range(len(values)):
        for k in range(len(values)):
            low, high = min(c, k), max(c, k)
            distances[c, k] = {
                "nominal": float(c != k),
                "interval": (values[c] - values[k]) ** 2,
                "ordinal": (counts[low : high + 1].sum() - (counts[low] + counts[high]) / 2) ** 2,
            }[level]
    expected = (np.outer(counts, counts) * distances).sum()
    return None if expected == 0 else float(1 - (n - 1) * (coincidences * distances).sum() / expected)


answers = {
    "welch": welch,
    "cr1": cr1,
    "cr3": cr3,
    "meanInterval": mean_interval,
    "intraCluster": intra_cluster,
    "signFlip": sign_flip,
    "krippendorff": krippendorff,
    "binomialTest": lambda k, n: float(stats.binomtest(k, n, 0.5).pvalue),
    "binomialCdf": lambda k, n, p: float(stats.binom.cdf(k, n, p)),
    "midP": lambda b, c: float(exact_mcnemar(b, c) - (0.5 if b == c else 1) * stats.binom.pmf(b, b + c, 0.5)),
    "mcnemar": exact_mcnemar,
    "holm": lambda p: multipletests(p, method="holm")[1].tolist(),
    "wilson": lambda successes, n: [float(end) for end in proportion_confint(successes, n, method="wilson")],
    "studentTCdf": lambda t, df: float(stats.t.cdf(t, df)),
    "noncentralT": lambda t, df, nc: float(stats.nct.sf(t, df, nc)),
    "power": lambda effect, n: float(TTestPower().power(effect, n, 0.025, alternative="larger")),
}

warnings.simplefilter("ignore")
json.dump([answers[name](*arguments) for name, *arguments in json.load(sys.stdin)], sys.stdout)
