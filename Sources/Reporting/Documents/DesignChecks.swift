import Inference

/// What stands beside an estimate to show how far its design can be trusted: in the document of `did` and in the report.
public struct DesignChecks: Sendable {
    public var twoWay: TwoWayFindings?
    public var placebo: PlaceboFindings?
    public var composition: Composition?
    public var synthetic: SyntheticFindings?
    /// Figures of the gap to the synthetic comparison are withheld.
    var hidesSyntheticFigures = false
    /// Rows of the composition that are withheld.
    var hiddenCharacteristics: Set<Int> = []
    /// A comparison unit with fewer pupils in a cell does not show among the placebos.
    var threshold = 0.0

    public init() {}

    public init(_ result: AnalysisResult) {
        twoWay = result.twoWay
        placebo = result.placebo
        composition = result.composition
        synthetic = result.synthetic
    }

    struct Section {
        var title: String
        var words: [String] = []
        var table: ResultTable?
    }

    func sections(_ tables: ReadableTables) -> [Section] {
        var sections: [Section] = []
        if let synthetic { sections.append(section(synthetic, tables)) }
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
