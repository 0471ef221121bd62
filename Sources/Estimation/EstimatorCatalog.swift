import Panels

/// How an estimator is to go about it; what is nil follows its own rule.
public struct EstimatorOptions: Sendable {
    /// Event times kept apart; those outside are binned into its ends.
    public var window: ClosedRange<Int>?
    /// Who compares with the treated.
    public var comparison: ComparisonUnits?
    /// How covariates enter.
    public var method: AdjustmentMethod?
    /// Periods before the start that may already be affected.
    public var anticipation: Int?
    public var base: BasePeriod?
    /// True: treated results that cannot be compared are left out, with a warning, instead of stopping.
    public var leavesOutUnidentified = false

    public init() {}
}

/// Units that compare: only those that never start, or also those that have not started yet.
public enum ComparisonUnits: String, Sendable, CaseIterable {
    case never
    case notYet = "not-yet"
}

/// The period that a period before the start is compared with: the one before it, or the last before the start.
public enum BasePeriod: String, Sendable, CaseIterable { case varying, universal }

/// Options that not every estimator knows.
public enum EstimatorOption: String, Sendable, CaseIterable {
    case window, comparisonNever, comparisonNotYet, method, anticipation, base

    /// As it is typed.
    public var typed: String {
        switch self {
        case .comparisonNever: "--comparison never"
        case .comparisonNotYet: "--comparison not-yet"
        default: "--\(rawValue)"
        }
    }
}

extension EstimatorOptions {
    /// Those that were chosen.
    public var chosen: [EstimatorOption] {
        var chosen: [EstimatorOption] = []
        if window != nil { chosen.append(.window) }
        if let comparison { chosen.append(comparison == .never ? .comparisonNever : .comparisonNotYet) }
        if method != nil { chosen.append(.method) }
        if anticipation != nil { chosen.append(.anticipation) }
        if base != nil { chosen.append(.base) }
        return chosen
    }
}

/// Every estimator of this version, one line each.
public struct EstimatorCatalog: Sendable {
    public struct Entry: Sendable {
        public let name: EstimatorName
        /// The options that it knows besides those of every estimator.
        public let options: Set<EstimatorOption>
        /// True where covariates enter row by row, so that cells must not join rows that differ in them.
        public let takesRowsApart: Bool
        public let make: @Sendable (EstimatorOptions) -> any Estimator

        init(
            _ name: EstimatorName, knows options: Set<EstimatorOption> = [], takesRowsApart: Bool = false,
            _ make: @escaping @Sendable (EstimatorOptions) -> any Estimator
        ) {
            self.name = name
            self.options = options
            self.takesRowsApart = takesRowsApart
            self.make = make
        }
    }

    public static let entries: [Entry] = [
        Entry(.did2x2) { _ in TwoByTwo() },
        Entry(.twfe) { _ in TwoWayFixedEffects() },
        Entry(.eventStudy, knows: [.window]) { EventStudy(window: $0.window) },
        Entry(.imputation, knows: [.window, .comparisonNotYet]) {
            BorusyakImputation(window: $0.window, leavesOutUnidentified: $0.leavesOutUnidentified)
        },
        Entry(
            .callawaySantAnna, knows: [.comparisonNever, .comparisonNotYet, .method, .anticipation, .base],
            takesRowsApart: true
        ) { CallawaySantAnna($0) },
    ]

    /// The entry of an estimator; nil for those of later versions.
    public static func entry(_ name: EstimatorName) -> Entry? { entries.first { $0.name == name } }
}
