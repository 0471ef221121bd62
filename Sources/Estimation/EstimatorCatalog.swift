import Panels

/// How an estimator is to go about it; what is nil follows its own rule.
public struct EstimatorOptions: Sendable {
    /// Event times kept apart; those outside are binned into its ends.
    public var window: ClosedRange<Int>?
    /// Who compares with the treated.
    public var comparison: ComparisonUnits?
    /// How covariates enter.
    public var method: AdjustmentMethod?
    /// What is taken off each unit's results.
    public var transformation: RollingTransformation?
    /// How starts are weighed against each other.
    public var weighting: HorizonWeighting?
    /// What is done about a past that synthetic weights do not reproduce.
    public var correction: SyntheticCorrection?
    /// Periods before the start that may already be affected.
    public var anticipation: Int?
    public var base: BasePeriod?
    /// Means by event time are over the starts that are seen so many steps after, and end there.
    public var balance: Int?
    /// How outcomes follow from effects.
    public var family: OutcomeFamily?
    /// The largest value that a share can have; nil: 1, or 100 where some results are above 1.
    public var outcomeCeiling: Double?
    /// True: treated results that cannot be compared are left out, with a warning, instead of stopping.
    public var leavesOutUnidentified = false
    /// Results do not depend on it.
    public var threads = 1

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
    case window, comparisonNever, comparisonNotYet, method, transformation, weighting, correction, anticipation, base,
        balance, family

    /// As it is typed.
    public var typed: String {
        switch self {
        case .comparisonNever: "--comparison never"
        case .comparisonNotYet: "--comparison not-yet"
        case .transformation, .weighting, .correction: "--method"
        default: "--\(rawValue)"
        }
    }
}

extension EstimatorOptions {
    /// Without what one estimator's own choices are.
    public var onlyShared: EstimatorOptions {
        var shared = EstimatorOptions()
        (shared.window, shared.threads) = (window, threads)
        shared.leavesOutUnidentified = leavesOutUnidentified
        if comparison == .notYet { shared.comparison = comparison }
        return shared
    }

    /// `--method` as it was typed.
    public var methodWord: String? {
        method?.rawValue ?? transformation?.rawValue ?? weighting?.rawValue ?? correction?.rawValue
    }

    /// Those that were chosen.
    public var chosen: [EstimatorOption] {
        var chosen: [EstimatorOption] = []
        if window != nil { chosen.append(.window) }
        if let comparison { chosen.append(comparison == .never ? .comparisonNever : .comparisonNotYet) }
        if method != nil { chosen.append(.method) }
        if transformation != nil { chosen.append(.transformation) }
        if weighting != nil { chosen.append(.weighting) }
        if correction != nil { chosen.append(.correction) }
        if anticipation != nil { chosen.append(.anticipation) }
        if base != nil { chosen.append(.base) }
        if balance != nil { chosen.append(.balance) }
        if family != nil { chosen.append(.family) }
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
        /// True where treatment may stop and start anew.
        public let knowsReversals: Bool
        public let make: @Sendable (EstimatorOptions) -> any Estimator

        init(
            _ name: EstimatorName, knows options: Set<EstimatorOption> = [], takesRowsApart: Bool = false,
            knowsReversals: Bool = false,
            _ make: @escaping @Sendable (EstimatorOptions) -> any Estimator
        ) {
            self.name = name
            self.options = options
            self.takesRowsApart = takesRowsApart
            self.knowsReversals = knowsReversals
            self.make = make
        }
    }

    public static let entries: [Entry] = [
        Entry(.did2x2) { _ in TwoByTwo() },
        Entry(.twfe) { _ in TwoWayFixedEffects() },
        Entry(.eventStudy, knows: [.window]) { EventStudy(window: $0.window) },
        Entry(.imputation, knows: [.window, .comparisonNotYet, .balance]) {
            BorusyakImputation(
                window: $0.window, leavesOutUnidentified: $0.leavesOutUnidentified, balance: $0.balance)
        },
        Entry(
            .callawaySantAnna, knows: [.comparisonNever, .comparisonNotYet, .method, .anticipation, .base, .balance],
            takesRowsApart: true
        ) { CallawaySantAnna($0) },
        Entry(.sunAbraham, knows: [.window, .comparisonNever, .comparisonNotYet, .balance]) {
            SunAbraham(window: $0.window, comparison: $0.comparison, balance: $0.balance)
        },
        Entry(.twoStage, knows: [.window, .comparisonNotYet, .balance]) {
            GardnerTwoStage(
                window: $0.window, leavesOutUnidentified: $0.leavesOutUnidentified, balance: $0.balance)
        },
        Entry(.etwfe, knows: [.comparisonNever, .comparisonNotYet, .family, .balance]) { ExtendedTwoWay($0) },
        Entry(.stacked, knows: [.window, .comparisonNever, .comparisonNotYet], takesRowsApart: true) {
            StackedDiD(window: $0.window, comparesWithNotYet: $0.allowsNotYet)
        },
        Entry(.dcdh, knows: [.window, .comparisonNotYet], knowsReversals: true) {
            ChaisemartinDHaultfoeuille(window: $0.window)
        },
        Entry(.localProjections, knows: [.window, .comparisonNever, .comparisonNotYet, .weighting]) {
            LocalProjections(
                window: $0.window, comparesWithNotYet: $0.allowsNotYet, weighting: $0.weighting ?? .equal)
        },
        Entry(.leeWooldridge, knows: [.comparisonNever, .comparisonNotYet, .transformation]) {
            LeeWooldridge(
                transformation: $0.transformation ?? .demean, comparesWithNotYet: $0.comparison == .notYet)
        },
        Entry(.syntheticControl, knows: [.correction]) {
            SyntheticControl(correction: $0.correction)
        },
        Entry(.syntheticDiD) { _ in SyntheticDifference() },
    ]

    /// The entry of an estimator; nil for those of later versions.
    public static func entry(_ name: EstimatorName) -> Entry? { entries.first { $0.name == name } }
}
