/// The estimators of the command line, by the names users type.
public enum EstimatorName: String, Sendable, CaseIterable {
    case did2x2, twfe
    case eventStudy = "event-study"
    case imputation
    case callawaySantAnna = "callaway-santanna"
    case sunAbraham = "sun-abraham"
    case twoStage = "two-stage"
    case etwfe, stacked, dcdh
    case localProjections = "local-projections"
    case leeWooldridge = "lee-wooldridge"
    case syntheticControl = "synthetic-control"
    case syntheticDiD = "synthetic-did"

    /// True for those that this version computes.
    public var isBuilt: Bool { EstimatorCatalog.entry(self) != nil }

    /// True for those whose covariates enter row by row, so that cells must not join rows that differ in them.
    public var takesRowsApart: Bool { EstimatorCatalog.entry(self)?.takesRowsApart ?? false }

    /// True for those that know treatments that stop.
    public var knowsReversals: Bool { EstimatorCatalog.entry(self)?.knowsReversals ?? false }

    /// True for those whose uncertainty comes from placebos, the jackknife or the bootstrap.
    public var isSynthetic: Bool { self == .syntheticControl || self == .syntheticDiD }

    /// Those of this version, for help texts: `a, b or c`.
    public static var list: String {
        let names = EstimatorCatalog.entries.map(\.name.rawValue)
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }
}
