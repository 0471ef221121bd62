import Estimation

/// The headline's uncertainty by every method that applies, side by side, where schools are few.
///
/// No one method is right with few treated clusters: CR1 is too narrow, CR2 and CR3 lean on a reference distribution, the
/// randomisation test holds its level and says nothing of size. What they agree on can be relied on.
public struct MethodComparison: Sendable, Equatable {
    public enum Method: String, Sendable { case cr1, cr2, cr3, wild, randomisation }

    public struct Row: Sendable, Equatable {
        public var method: Method
        public var standardError: Double?
        public var degreesOfFreedom: Double?
        public var lower: Double?
        public var upper: Double?
        public var pValue: Double?
        /// The smallest p-value that the method could give with these schools.
        public var smallestPossible: Double?

        public init(_ method: Method) { self.method = method }
    }

    public var rows: [Row]
    /// The method whose interval stands in the headline.
    public var chosen: Method?
    /// A sentence where a method that can be trusted here says otherwise than the headline's interval; nil where none does.
    public var disagreement: String?

    public init(rows: [Row], chosen: Method?, disagreement: String? = nil) {
        self.rows = rows
        self.chosen = chosen
        self.disagreement = disagreement
    }
}

extension MethodComparison {
    /// What stands behind a comparison.
    struct Evidence {
        var fit: Fit
        var headline: Effect
        var kind: VarianceKind
        var wild: WildFindings?
        var randomisation: RandomisationTest?
        var options: AnalysisOptions
    }

    /// - Returns: nil where fewer than two methods apply, such as with one treated school.
    init?(_ evidence: Evidence) {
        var rows: [Row] = []
        if evidence.headline.standardError != nil, evidence.fit.design.clusters.count == 1 {
            rows = [.cr1, .cr2, .cr3].compactMap { evidence.row($0) }
        }
        if let wild = evidence.wild { rows.append(Row(wild.test)) }
        if let test = evidence.randomisation {
            var row = Row(.randomisation)
            row.pValue = test.pValue
            row.smallestPossible = test.smallestPossible
            rows.append(row)
        }
        guard rows.count > 1 else { return nil }
        let isDoubtful = evidence.wild?.disagreement != nil
        self.init(
            rows: rows, chosen: Method(rawValue: evidence.kind.rawValue), level: evidence.options.level,
            unheard: isDoubtful ? [.cr1, .cr3, .wild] : [.cr1, .cr3])
    }

    /// - Parameters:
    ///   - level: of the intervals; a p-value below 1 − level speaks against no effect.
    ///   - unheard: methods that contradict nobody: CR1 is known to be too narrow here, CR3 to be wide, and the wild bootstrap where its two
    ///     forms tell different stories.
    init(rows: [Row], chosen: Method?, level: Double, unheard: [Method] = [.cr1, .cr3]) {
        self.init(rows: rows, chosen: chosen)
        disagreement = sentence(level: level, unheard)
    }

    /// A method that could not reach so small a p-value says nothing either.
    private func sentence(level: Double, _ unheard: [Method]) -> String? {
        let alpha = 1 - level
        guard let chosen, let own = rows.first(where: { $0.method == chosen }), let p = own.pValue else { return nil }
        let others = rows.filter { row in
            guard row.method != chosen, !unheard.contains(row.method), let other = row.pValue else { return false }
            return (other < alpha) != (p < alpha) && (row.smallestPossible ?? 0) < alpha
        }
        guard !others.isEmpty else { return nil }
        let names = others.map { "\($0.method.words) (\(PlainNumber.pValue($0.pValue ?? 1)))" }
        let list =
            names.count == 1 ? names[0] : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
        return p < alpha
            ? "The methods disagree: the interval by \(chosen.words) leaves out no effect, \(list) "
                + "\(others.count == 1 ? "does" : "do") not. With so few schools an effect is not established."
            : "The methods disagree: \(list) \(others.count == 1 ? "speaks" : "speak") against no effect, the interval by "
                + "\(chosen.words) includes it. With so few schools neither settles it."
    }
}

extension MethodComparison.Evidence {
    /// A clustered variance of the headline; nil where this estimator has none of the kind.
    fileprivate func row(_ method: VarianceKind) -> MethodComparison.Row? {
        guard let name = MethodComparison.Method(rawValue: method.rawValue) else { return nil }
        var effect = headline
        if method != kind {
            let alone = fit.keeping([0])
            guard
                let covariance = try? CovarianceOfEstimates.compute(
                    alone, kind: method, smallSample: options.smallSample)
            else { return nil }
            effect = EffectTable(fit: alone, covariance: covariance, options: options).effect(0)
        }
        var row = MethodComparison.Row(name)
        row.standardError = effect.standardError
        row.degreesOfFreedom = effect.degreesOfFreedom
        row.lower = effect.lower
        row.upper = effect.upper
        row.pValue = effect.pValue
        return effect.standardError == nil ? nil : row
    }
}

extension MethodComparison.Row {
    /// The wild bootstrap with the null imposed: the p-value, and the nulls that it does not reject.
    fileprivate init(_ test: WildTest) {
        self.init(.wild)
        pValue = test.pValue
        smallestPossible = test.smallestPossible
        lower = test.interval?.lower
        upper = test.interval?.upper
    }
}

extension MethodComparison.Method {
    /// How sentences and tables call the method.
    public var words: String {
        switch self {
        case .cr1: "CR1"
        case .cr2: "CR2"
        case .cr3: "CR3"
        case .wild: "the wild bootstrap"
        case .randomisation: "the randomisation test"
        }
    }
}
