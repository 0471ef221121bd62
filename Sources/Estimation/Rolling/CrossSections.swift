import Panels
import Regression
import Tables

/// Cross-sections of units, each a regression of one number a unit on the start: the equations of `LeeWooldridge`.
struct CrossSections {
    /// Treated results whose mean effect an equation gives: periods of one start.
    struct Share: Equatable {
        var start: Int
        var periods: [Int]
    }
    /// One number a unit.
    struct Equation {
        var name: String
        var series: [Int] = []
        var isTreated: [Bool] = []
        var outcome: [Double] = []
        /// Per treated unit of `series`: the periods behind its number.
        var periods: [[Int]] = []

        var isEstimable: Bool { isTreated.contains(true) && isTreated.contains(false) }
    }
    let outcomes: RollingOutcomes
    let starts: [Int]
    private let rolled: [[Int: [Double?]]]
    let weight: [Double]
    private let covariates: [[Double]?]
    private var panel: UnitPeriods { outcomes.panel }

    init(_ outcomes: RollingOutcomes) {
        self.outcomes = outcomes
        let starts = outcomes.starts.usable
        self.starts = starts
        let covariates = outcomes.covariates
        self.covariates = covariates
        weight = outcomes.weights
        let needsCovariates = !outcomes.panel.covariates.isEmpty
        rolled = outcomes.panel.series.indices.map { s in
            guard !needsCovariates || covariates[s] != nil else { return [:] }
            var own: [Int: [Double?]] = [:]
            for g in starts { own[g] = outcomes.rolled(s, before: g) }
            return own
        }
    }

    /// Series that take part in nothing.
    var leftOut: [Int] { rolled.indices.filter { rolled[$0].isEmpty } }

    /// Result of series s in period t less what its results before start g lead to expect.
    func value(_ s: Int, _ g: Int, _ t: Int) -> Double? { rolled[s][g].flatMap { $0[t] } }

    /// The mean over periods; nil where one is missing and `all` are needed, or none is there.
    private func mean(_ s: Int, _ share: Share, all: Bool) -> (value: Double, periods: [Int])? {
        let own = share.periods.filter { value(s, share.start, $0) != nil }
        guard !own.isEmpty, !all || own.count == share.periods.count else { return nil }
        return (own.reduce(0) { $0 + (value(s, share.start, $1) ?? 0) } / Double(own.count), own)
    }

    /// The mean effect over starts and their periods: treated units with their own mean, those that never start with theirs
    /// as if they had started when the treated did, in the treated's proportions.
    func pooled(_ name: String, _ shares: [Share]) -> Equation {
        var equation = Equation(name: name)
        var total = [Double](repeating: 0, count: shares.count)
        for s in panel.series.indices {
            guard let g = panel.series[s].start, let i = shares.firstIndex(where: { $0.start == g }),
                let own = mean(s, shares[i], all: false)
            else { continue }
            equation.add(s, treated: true, own.value, own.periods)
            total[i] += weight[s]
        }
        let whole = total.reduce(0, +)
        for s in panel.series.indices where panel.series[s].start == nil {
            var sum = 0.0
            var isWhole = true
            for (share, weight) in zip(shares, total) where weight > 0 {
                guard let own = mean(s, share, all: true) else {
                    isWhole = false
                    break
                }
                sum += weight / whole * own.value
            }
            if isWhole { equation.add(s, treated: false, sum, []) }
        }
        return equation
    }

    /// One start in one period, against units that never start and those that start later.
    func single(_ name: String, start: Int, period: Int) -> Equation {
        var equation = Equation(name: name)
        for s in panel.series.indices {
            guard let y = value(s, start, period) else { continue }
            let own = panel.series[s].start
            if own == start { equation.add(s, treated: true, y, [period]) }
            if own.map({ $0 > panel.ordinals[period] }) ?? true { equation.add(s, treated: false, y, []) }
        }
        return equation
    }

    /// Weighted mean over the units of an equation that compare.
    func compared(_ equation: Equation) -> Double {
        let members = equation.series.indices.filter { !equation.isTreated[$0] }
        let total = members.reduce(0) { $0 + weight[equation.series[$1]] }
        return members.reduce(0) { $0 + weight[equation.series[$1]] * equation.outcome[$1] } / total
    }

    /// Total weight of the treated.
    func treatedWeight(_ equation: Equation) -> Double {
        equation.series.indices.reduce(0) { equation.isTreated[$1] ? $0 + weight[equation.series[$1]] : $0 }
    }

    /// Per cell: its share in the mean effect of an equation.
    func cellWeights(_ equation: Equation) -> [Double] {
        var shares = [Double](repeating: 0, count: panel.design.cellCount)
        let total = treatedWeight(equation)
        for i in equation.series.indices where equation.isTreated[i] {
            let s = equation.series[i]
            let own = weight[s] / total / Double(equation.periods[i].count)
            for t in equation.periods[i] {
                for c in panel.cells(s, t) { shares[c] += own * panel.design.moments.weight[c] / panel.weight(s, t) }
            }
        }
        return shares
    }

    /// Equations side by side: in each a constant, covariates, the start, and covariates about the treated's mean × start.
    ///
    /// - Returns: the regression, the regressor of the start in each equation, and the equation of each row.
    func regression(_ equations: [Equation]) -> (regression: DerivedRegression, place: [Int], equation: [Int]) {
        let rows = equations.enumerated().flatMap { e, equation in equation.series.indices.map { (e, $0) } }
        func series(_ row: (Int, Int)) -> Int { equations[row.0].series[row.1] }
        var regression = DerivedRegression(
            outcome: rows.map { equations[$0.0].outcome[$0.1] }, weight: rows.map { weight[series($0)] },
            cell: rows.map { panel.home(series($0)) }, regressors: [])
        var place: [Int] = []
        for (e, equation) in equations.enumerated() {
            func add(_ name: String, _ role: ColumnLabel.Role, _ value: (Int) -> Double) {
                regression.regressors.append(
                    RowRegressor("\(name) \(equation.name)", rows.map { $0.0 == e ? value($0.1) : 0 }, role: role))
            }
            add("constant", .effect) { _ in 1 }
            let total = treatedWeight(equation)
            let x = equation.series.map { covariates[$0] ?? [] }
            let means = panel.covariates.indices.map { j in
                x.indices.reduce(0.0) { equation.isTreated[$1] ? $0 + weight[equation.series[$1]] * x[$1][j] : $0 }
                    / total
            }
            for j in means.indices { add(panel.covariates[j].name, .covariate) { x[$0][j] - means[j] } }
            place.append(regression.regressors.count)
            add("effect", .treatment) { equation.isTreated[$0] ? 1 : 0 }
            for j in means.indices {
                add("\(panel.covariates[j].name) × effect", .covariate) {
                    equation.isTreated[$0] ? x[$0][j] - means[j] : 0
                }
            }
        }
        return (regression, place, rows.map(\.0))
    }
}

extension CrossSections.Equation {
    fileprivate mutating func add(_ s: Int, treated: Bool, _ y: Double, _ periods: [Int]) {
        series.append(s)
        isTreated.append(treated)
        outcome.append(y)
        self.periods.append(periods)
    }
}
