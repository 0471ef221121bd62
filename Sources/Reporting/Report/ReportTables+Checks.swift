import Inference

extension DesignChecks {
    /// The tables of the report folder, unrounded: the ending of each one's name, and its rows.
    var tables: [(name: String, table: ResultTable)] {
        var tables: [(String, ResultTable)] = []
        if let parts = twoWay?.decomposition { tables.append(("two-way", Self.comparisons(parts))) }
        if let weights = twoWay?.weights { tables.append(("two-way-weights", Self.weights(weights))) }
        if let synthetic, !synthetic.unitWeights.isEmpty {
            tables.append(("synthetic-weights", Self.unitWeights(synthetic)))
        }
        if let time = placebo?.time {
            tables.append(
                ("placebo-time", Self.estimates("steps", time.rows.map { ("\($0.steps)", $0.estimate, false) })))
        }
        if let outcomes = placebo?.outcomes {
            tables.append(
                ("placebo-outcomes", Self.estimates("outcome", outcomes.map { ($0.outcome, $0.estimate, false) })))
        }
        if let composition {
            tables.append(
                (
                    "composition",
                    Self.estimates(
                        "variable",
                        composition.rows.enumerated().map {
                            ($1.variable, $1.estimate, hiddenCharacteristics.contains($0))
                        })
                ))
        }
        return tables
    }

    private static func comparisons(_ parts: BaconDecomposition) -> ResultTable {
        ResultTable(
            columns: [
                .init("kind"), .init("treated"), .init("comparison"), .init("treatedUnits"), .init("comparisonUnits"),
                .init("weight"), .init("estimate"),
            ],
            rows: parts.comparisons.map {
                [
                    .text($0.kind.rawValue), .text($0.treated), .text($0.comparison ?? "never"),
                    .integer($0.treatedUnits), .integer($0.comparisonUnits), .number($0.weight), .number($0.estimate),
                ]
            })
    }

    private static func weights(_ weights: TreatedWeights) -> ResultTable {
        ResultTable(
            columns: [.init("cohort"), .init("time"), .init("group"), .init("units"), .init("weight")],
            rows: weights.rows.map {
                [.text($0.cohort), .text($0.time), .init($0.group), .integer($0.units), .number($0.weight)]
            })
    }

    private static func unitWeights(_ found: SyntheticFindings) -> ResultTable {
        ResultTable(
            columns: [.init("start"), .init("treated"), .init("unit"), .init("weight")],
            rows: found.unitWeights.map { [.text($0.start), .init($0.treated), .text($0.unit), .number($0.weight)] })
    }

    private static func estimates(_ name: String, _ found: [(String, DiagnosticEstimate, Bool)]) -> ResultTable {
        ResultTable(
            columns: [
                .init(name), .init("estimate"), .init("standardError"), .init("degreesOfFreedom"), .init("pValue"),
                .init("lower"), .init("upper"), .init("note"),
            ],
            rows: found.map { row, estimate, isHidden in
                let effect = estimate.effect
                let figures = [
                    effect?.estimate, effect?.standardError, effect?.degreesOfFreedom, effect?.pValue, effect?.lower,
                    effect?.upper,
                ]
                return [.text(row)] + figures.map { .init($0, suppressed: isHidden) } + [.init(estimate.reason)]
            })
    }
}
