import Inference

/// The diagnostics of the design as tables for people.
extension ReadableTables {
    /// The comparisons of a decomposition; where they are many, their sums by kind.
    func comparisons(_ found: BaconDecomposition) -> ResultTable {
        var columns = ColumnSet(by: [])
        let isShort = found.comparisons.count <= 12
        if isShort {
            columns.text("start", found.comparisons.map(\.treated))
            columns.text("against", found.comparisons.map { $0.comparison ?? "never" })
            columns.text("kind", found.comparisons.map(\.kind.words))
            add(found.comparisons.map { ($0.weight, $0.estimate) }, to: &columns)
        } else {
            columns.text("kind", found.sums.map { Wording.capitalisedFirst($0.kind.words) })
            add(found.sums.map { ($0.weight, $0.estimate) }, to: &columns)
        }
        return columns.table
    }

    private func add(_ parts: [(weight: Double, estimate: Double)], to columns: inout ColumnSet) {
        let shown = parts.map { _ in false }
        columns.figure("weight", parts.map(\.weight), shown, always: true, decimals: 3)
        columns.figure("estimate", parts.map(\.estimate), shown, always: true, decimals: 2)
    }

    func placeboTimes(_ time: PlaceboInTime) -> ResultTable {
        estimates(time.rows.map { "\($0.steps)" }, time.rows.map(\.estimate), heading: "steps earlier")
    }

    func placeboUnits(_ quantiles: [Double], _ headline: Double) -> ResultTable {
        var columns = ColumnSet(by: [])
        let values = quantiles + [headline]
        columns.text("", ["lowest", "lower quartile", "median", "upper quartile", "highest", "the estimate"])
        columns.figure("difference", values, values.map { _ in false }, always: true, decimals: 2)
        return columns.table
    }

    /// Estimates under their names, or why there is none.
    func estimates(
        _ names: [String], _ found: [DiagnosticEstimate], heading: String, hidden: Set<Int> = []
    ) -> ResultTable {
        var columns = ColumnSet(by: [])
        columns.text(heading, names)
        let rows = found.indices.map { (found[$0].effect, hidden.contains($0)) }
        let decimals = rows.map { row in
            min(
                3,
                Precision(estimate: row.0?.estimate, standardError: row.0?.standardError, lower: nil, upper: nil)
                    .decimals)
        }
        columns.add(
            "estimate", rows.indices.map { shown(rows[$0].0?.estimate, decimals[$0], rows[$0].1) }, always: true)
        columns.add("std. error", rows.indices.map { shown(rows[$0].0?.standardError, decimals[$0], rows[$0].1) })
        columns.add(
            interval,
            rows.indices.map { shown(rows[$0].0?.lower, rows[$0].0?.upper, decimals[$0], rows[$0].1) })
        columns.add("p", rows.map { probability($0.0?.pValue, $0.1) })
        columns.text("note", found.map(\.reason))
        return columns.table
    }
}
