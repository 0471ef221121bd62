"""Golden values of PublishedCountsTests, by SQL. Versions: DuckDB 2.0.0.

python level3_by_19.py FILE        FILE: level3-by-19-la-2005-2022.csv of the Department's repository attainment-age-19 (MIT).
"""
import sys, duckdb
gaps = f"""
with sides as (
  select la_code_3 as la, cohort_19_in as cohort, fsm = 'Eligible for FSM' as own, sum(number_in_ss_cohort) as n, sum(l3_by19) as k
  from read_csv('{sys.argv[1]}', all_varchar = false, types = {{'la_code_3': 'VARCHAR', 'number_in_ss_cohort': 'BIGINT', 'l3_by19': 'BIGINT'}})
  where fsm <> 'ALL' and la_code_3 <> 'ALL' and cohort_19_in <= 2022 group by all)
select a.la, a.cohort, a.n, b.n as peers, 100.0 * b.k / b.n - 100.0 * a.k / a.n as gap,
       100 * sqrt(a.k * (a.n - a.k) / (a.n::double * a.n * (a.n - 1)) + b.k * (b.n - b.k) / (b.n::double * b.n * (b.n - 1))) as se
from sides a join sides b on a.la = b.la and a.cohort = b.cohort and a.own and not b.own"""
print(duckdb.__version__)
print(duckdb.sql(f"select count(*), sum(gap), sum(se), sum(n), sum(peers), min(gap), max(gap) from ({gaps})").fetchall())
print(duckdb.sql(f"select * from ({gaps}) where la in ('301', '888', '936') and cohort in (2005, 2022) order by la, cohort").fetchall())
