import Inference

/// What stands beside an estimate to show how far its design can be trusted: in the document of `did` and in the report.
public struct DesignChecks: Sendable {
    public var twoWay: TwoWayFindings?
    public var placebo: PlaceboFindings?
    public var composition: Composition?
    /// Rows of the composition that are withheld.
    var hiddenCharacteristics: Set<Int> = []
    /// A comparison unit with fewer pupils in a cell does not show among the placebos.
    var threshold = 0.0

    public init() {}

    public init(_ result: AnalysisResult) {
        twoWay = result.twoWay
        placebo = result.placebo
        composition = result.composition
    }

    struct Section {
        var title: String
        var words: [String] = []
        var table: ResultTable?
    }

    func sections(_ tables: ReadableTables) -> [Section] {
        var sections: [Section] = []
        if let twoWay {
            sections.append(
                Section(
                    title: "What the two-way estimate is made of", words: twoWay.words,
                    table: twoWay.decomposition.map { tables.comparisons($0) }))
        }
        if let time = placebo?.time {
            sections.append(
                Section(
                    title: "The start moved back", words: [time.words],
                    table: time.rows.isEmpty ? nil : tables.placeboTimes(time)))
        }
        if let units = placebo?.units {
            sections.append(
                Section(
                    title: "Comparison schools in the partners' place", words: [units.words],
                    table: spread(units).map { tables.placeboUnits($0.quantiles, units.headline) }))
        }
        if let outcomes = placebo?.outcomes, !outcomes.isEmpty {
            sections.append(
                Section(
                    title: "Outcomes that the partnership cannot affect", words: outcomes.map(\.words),
                    table: tables.estimates(outcomes.map(\.outcome), outcomes.map(\.estimate), heading: "outcome")))
        }
        if let without = placebo?.withoutLastPeriod {
            sections.append(Section(title: "Without the last period before the start", words: [without.words]))
        }
        if let composition {
            sections.append(
                Section(
                    title: "Who the pupils are", words: [composition.words],
                    table: composition.rows.isEmpty
                        ? nil
                        : tables.estimates(
                            composition.rows.map { $0.isShare ? "\($0.variable) (%)" : $0.variable },
                            composition.rows.map(\.estimate), heading: "characteristic", hidden: hiddenCharacteristics))
            )
        }
        return sections
    }

    /// Quartiles and ends over comparison units with enough pupils.
    func spread(_ units: PlaceboUnits) -> (units: Int, quantiles: [Double])? {
        units.spread { row in row.fewestPupils.map { $0 >= threshold } ?? true }
    }
}

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
