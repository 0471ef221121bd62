"""The gap of `counterpart gaps` by school and year, by DuckDB straight from the CSV: gaps_duckdb.py FILE

Prints one CSV row for each school and year that has both groups: urn, academic_year, the gap (peers − eligible pupils)
and its standard error with pupils as independent.
"""

import csv
import sys

import duckdb

QUERY = """
with cells as (
    select urn, academic_year, fsm, count(*) as n, avg(attainment8) as mean, var_samp(attainment8) as variance
    from read_csv(?, nullstr = ['', 'SUPP'])
    where attainment8 is not null and fsm in ('Y', 'N')
    group by all
)
select g.urn, g.academic_year, p.mean - g.mean, sqrt(g.variance / g.n + p.variance / p.n)
from cells g join cells p using (urn, academic_year)
where g.fsm = 'Y' and p.fsm = 'N'
order by 1, 2
"""


def main(path):
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["urn", "academic_year", "gap", "standardError"])
    writer.writerows(duckdb.execute(QUERY, [path]).fetchall())


if __name__ == "__main__":
    main(sys.argv[1])
