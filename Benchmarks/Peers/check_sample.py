"""Holds the sample's generator against its stated truth by an estimate of its own: check_sample.py SAMPLE_DATA FIRST LAST

For each seed the files that SAMPLE_DATA (the program that writes the sample) makes are read with pandas and the effect is
imputed (Borusyak, Jaravel & Spiess 2024): untreated rows give school, year, prior attainment, FSM and sex effects by
dense least squares, treated rows their difference from that. The gap's effect is the effect on peers minus that on FSM
pupils. Standard errors cluster by school; treated residuals are taken from the mean of their cohort and year (the paper's
conservative choice) or from that mean without the school itself. Prints bias, spread and coverage over the seeds.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from scipy import stats


def rows(folder):
    """All pupil rows, schools under their present number, with `joined` (0: never) and `year` as integers."""
    files = sorted(folder.glob("pupils-*.csv"))
    table = pd.concat(pd.read_csv(f, dtype=str, keep_default_na=False, encoding="utf-8-sig") for f in files)
    links = pd.read_csv(folder / "urn-links.csv", dtype=str, keep_default_na=False)
    successors = links[links.LinkType == "Successor"].set_index("URN").LinkURN.to_dict()
    starts = pd.read_csv(folder / "partners.csv", dtype=str).set_index("urn").start
    table["urn"] = table.urn.replace(successors)
    table["joined"] = table.urn.map(starts).fillna("0").astype(int)
    table["year"] = table.academic_year.astype(int)
    table["score"] = pd.to_numeric(table.attainment8, errors="coerce")
    table["prior"] = pd.to_numeric(table.ks2_score, errors="coerce")
    return table.dropna(subset=["score", "prior"])


def indicators(codes):
    return np.eye(codes.max() + 1)[codes]


def imputed(table, covariates):
    """The mean effect over treated rows, and two sums over each school: scores by either residual."""
    schools, school = np.unique(table.urn, return_inverse=True)
    _, year = np.unique(table.year, return_inverse=True)
    treated = ((table.joined > 0) & (table.year >= table.joined)).to_numpy()
    score = table.score.to_numpy()
    x = np.hstack([indicators(school), indicators(year)[:, 1:], covariates - covariates.mean(0)])
    gram = x[~treated].T @ x[~treated]
    residual = score - x @ np.linalg.solve(gram, x[~treated].T @ score[~treated])
    weight = np.where(treated, 1 / treated.sum(), 0)
    weight[~treated] = -x[~treated] @ np.linalg.solve(gram, x.T @ weight)
    effect = weight[treated] @ residual[treated]

    conservative, without_self = residual.copy(), residual.copy()
    group = table.joined.to_numpy() * 1_000_000 + table.year.to_numpy()
    for g in np.unique(group[treated]):
        here = np.flatnonzero(treated & (group == g))
        a = np.bincount(school[here], weight[here], len(schools))
        b = np.bincount(school[here], weight[here] * residual[here], len(schools))
        conservative[here] -= (a @ b) / (a @ a)
        without_self[here] -= ((a @ b - a * b) / (a @ a - a * a))[school[here]]
    sums = [np.bincount(school, weight * r, len(schools)) for r in (conservative, without_self)]
    return effect, np.array(sums)


def one_seed(folder):
    """(error of the estimate, its two standard errors) for the effect and for the effect on the gap."""
    truth = json.loads((folder / "truth.json").read_text())
    table = rows(folder)
    known = table[table.fsm.isin(["Y", "N"])]
    effect, sums = imputed(known, np.c_[known.prior, known.fsm == "Y", known.sex == "M"].astype(float))
    parts = {}
    for value in "NY":
        group = known[known.fsm == value]
        parts[value] = imputed(group, np.c_[group.prior, group.sex == "M"].astype(float))
    gap, gap_sums = parts["N"][0] - parts["Y"][0], parts["N"][1] - parts["Y"][1]
    return [
        [effect - truth["withOutcomePriorAndFSM"]["meanOverPupils"], *np.sqrt((sums**2).sum(1))],
        [gap - truth["effectOnGap"], *np.sqrt((gap_sums**2).sum(1))],
    ]


def main(program, first, last):
    found = []
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([program, "--seed", str(seed), "--to", folder], check=True, stdout=subprocess.DEVNULL)
            found.append(one_seed(pathlib.Path(folder)))
    for name, (error, *standard_errors) in zip(("effect", "gap"), np.array(found).transpose(1, 2, 0)):
        n = len(error)
        print(f"{name}: bias {error.mean():.4f} ± {error.std() / n**0.5:.4f}, spread {error.std():.3f} over {n} seeds")
        for kind, se in zip(("mean of cohort and year", "without the school itself"), standard_errors):
            covers = {df: np.mean(abs(error) < stats.t.ppf(0.975, df) * np.sqrt(48 / 47) * se) for df in (11, 47)}
            shares = ", ".join(f"t({df}) {share:.3f}" for df, share in covers.items())
            print(f"  {kind}: mean standard error {se.mean():.3f}; 95% intervals cover by {shares}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
