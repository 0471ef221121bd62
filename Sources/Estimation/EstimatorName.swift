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
    public var isBuilt: Bool {
        switch self {
        case .did2x2, .twfe, .eventStudy, .imputation: true
        default: false
        }
    }
}
