import Estimation
import Inference
import Probability

/// The analysis options as they are typed, checked into `AnalysisOptions`; the plan and the command line share the words.
public struct AnalysisChoice: Sendable {
    public var estimator: String?
    public var vcov: String?
    public var smallSample: String
    public var singletons: String
    public var level: Double
    public var seed: UInt64
    public var permutations: Int?
    public var wild: Int?
    public var wildWeights: String?
    public var bootstrap: Int?
    /// `from:to` in event times.
    public var window: String?
    public var comparison: String?
    public var method: String?
    public var anticipation: Int?
    public var base: String?
    public var balance: Int?
    public var family: String?
    public var threads: Int

    public init(
        estimator: String?, vcov: String?, smallSample: String, singletons: String, level: Double, seed: UInt64,
        permutations: Int?, wild: Int? = nil, wildWeights: String? = nil, bootstrap: Int? = nil, window: String?,
        comparison: String? = nil, method: String? = nil, anticipation: Int? = nil, base: String? = nil,
        balance: Int? = nil, family: String? = nil, threads: Int
    ) {
        self.estimator = estimator
        self.vcov = vcov
        self.smallSample = smallSample
        self.singletons = singletons
        self.level = level
        self.seed = seed
        self.permutations = permutations
        self.wild = wild
        self.wildWeights = wildWeights
        self.bootstrap = bootstrap
        self.window = window
        self.comparison = comparison
        self.method = method
        self.anticipation = anticipation
        self.base = base
        self.balance = balance
        self.family = family
        self.threads = threads
    }

    /// - Throws: `RequestError` for a word that is none of an option's, for one that is not in this version, and for an
    ///   option that the estimator does not know.
    public func options() throws(RequestError) -> AnalysisOptions {
        var options = AnalysisOptions()
        if let estimator {
            let name = try word(
                EstimatorName(rawValue: estimator), "--estimator", estimator,
                EstimatorName.allCases.filter(\.isBuilt).map(\.rawValue))
            guard name.isBuilt else { throw .notInThisVersion("--estimator \(estimator)") }
            options.estimator = name
        }
        if let vcov {
            let kind = try word(
                VarianceKind(rawValue: vcov), "--vcov", vcov, VarianceKind.allCases.map(\.rawValue))
            options.vcov = kind
        }
        options.smallSample = try word(
            SmallSample(rawValue: smallSample), "--small-sample", smallSample, SmallSample.allCases.map(\.rawValue))
        try refuseFactorWithoutUse(options)
        options.singletons = try word(
            AnalysisOptions.SingletonRule(rawValue: singletons), "--singletons", singletons, ["keep", "drop"])
        guard level > 0, level < 1 else {
            throw .badValue(option: "--level", value: level.asTyped, allowed: "a share between 0 and 1, such as 0.95")
        }
        options.level = level
        options.seed = seed
        if let permutations, permutations < 0 || permutations > 1_000_000 {
            throw .badValue(option: "--permutations", value: "\(permutations)", allowed: "0 to 1000000")
        }
        options.permutations = permutations
        try resampling(&options)
        try estimation(&options)
        options.threads = threads
        options.leavesOutUnidentified = true
        return options
    }

    /// The estimator's own options, which it must know; `--comparison not-yet` alone asks for imputation.
    private func estimation(_ options: inout AnalysisOptions) throws(RequestError) {
        options.window = try window.map { text throws(RequestError) in try Self.range(text) }
        if let comparison {
            options.estimation.comparison = try word(
                ComparisonUnits(rawValue: comparison), "--comparison", comparison,
                ComparisonUnits.allCases.map(\.rawValue))
        }
        if let method { try self.method(method, &options.estimation) }
        if let anticipation {
            guard (0...100).contains(anticipation) else {
                throw .badValue(option: "--anticipation", value: "\(anticipation)", allowed: "0 to 100 periods")
            }
            options.estimation.anticipation = anticipation
        }
        if let balance {
            guard (0...1000).contains(balance) else {
                throw .badValue(option: "--balance", value: "\(balance)", allowed: "0 to 1000 periods")
            }
            options.estimation.balance = balance
        }
        if let base {
            options.estimation.base = try word(
                BasePeriod(rawValue: base), "--base", base, BasePeriod.allCases.map(\.rawValue))
        }
        if let family {
            options.estimation.family = try word(
                OutcomeFamily(rawValue: family), "--family", family, OutcomeFamily.allCases.map(\.rawValue))
        }
        if options.estimator == nil, options.estimation.comparison == .notYet { options.estimator = .imputation }
        for option in options.estimation.chosen {
            guard let name = options.estimator else {
                // Where the rule chooses twfe, its event study stands beside it, and every step rests on the same schools.
                if option == .window || option == .balance { continue }
                throw .doesNotApply(option: option.typed, to: "a run without --estimator")
            }
            guard EstimatorCatalog.entry(name)?.options.contains(option) ?? false else {
                throw .doesNotApply(option: option.typed, to: "--estimator \(name.rawValue)")
            }
        }
    }

    /// The words of `--method` belong to one estimator each.
    private func method(_ text: String, _ options: inout EstimatorOptions) throws(RequestError) {
        if let found = RollingTransformation(rawValue: text) {
            options.transformation = found
        } else if let found = HorizonWeighting(rawValue: text) {
            options.weighting = found
        } else if let found = SyntheticCorrection(rawValue: text) {
            options.correction = found
        } else {
            let all =
                AdjustmentMethod.allCases.map(\.rawValue) + RollingTransformation.allCases.map(\.rawValue)
                + HorizonWeighting.allCases.map(\.rawValue) + SyntheticCorrection.allCases.map(\.rawValue)
            options.method = try word(AdjustmentMethod(rawValue: text), "--method", text, all)
        }
    }

    /// Only CR1 and HC1 carry a factor; `none` is true of the others but `iid`.
    private func refuseFactorWithoutUse(_ options: AnalysisOptions) throws(RequestError) {
        guard let kind = options.vcov, options.smallSample != .fixest, kind != .cr1, kind != .hc1 else { return }
        if options.smallSample != .none || kind == .iid {
            throw .doesNotApply(option: "--small-sample \(smallSample)", to: "--vcov \(kind.rawValue)")
        }
    }

    private func resampling(_ options: inout AnalysisOptions) throws(RequestError) {
        for (option, draws) in [("--wild", wild), ("--bootstrap", bootstrap)] {
            if let draws, draws < 0 || draws > 1_000_000 {
                throw .badValue(option: option, value: "\(draws)", allowed: "0 to 1000000")
            }
        }
        options.wild = wild
        options.bootstrap = bootstrap ?? 0
        guard let wildWeights else { return }
        options.wildWeights = try word(
            BootstrapWeights(rawValue: wildWeights), "--wild-weights", wildWeights,
            BootstrapWeights.allCases.map(\.rawValue))
        guard let wild, wild > 0 else { throw .doesNotApply(option: "--wild-weights", to: "a run without --wild") }
    }

    private func word<Value>(_ value: Value?, _ option: String, _ text: String, _ allowed: [String])
        throws(RequestError) -> Value
    {
        guard let value else { throw .badValue(option: option, value: text, allowed: allowed.joined(separator: ", ")) }
        return value
    }

    private static func range(_ text: String) throws(RequestError) -> ClosedRange<Int> {
        let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first < 0, last >= 0 else {
            throw .badValue(option: "--window", value: text, allowed: "from:to with from below 0, such as -3:3")
        }
        return first...last
    }
}

extension Double {
    /// As people type it: 95, not 95.0.
    public var asTyped: String { self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)" }
}
