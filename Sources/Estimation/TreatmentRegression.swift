import LinearAlgebra
import Panels
import Regression
import Tables

/// A regression with treatment columns: the common machinery of `TwoByTwo`, `TwoWayFixedEffects` and `EventStudy`.
///
/// An estimand is a weighted mean over cells of the columns that are on there, so its contrast is c = D'ω; v = X(X'X)⁻¹c.
struct TreatmentRegression {
    var estimator: EstimatorName
    var design: Design
    var effects: [CellFactor]
    var nuisance: [CellColumn] = []
    var treatment: [CellColumn]
    /// Where given, covariates enter in this way alone, and factors not at all.
    var slopes: Slopes?
    /// Per cell, after binning.
    var eventTime: [Int?]
    var estimands: [Estimand]
    /// True: treatment columns that others explain are left out, with every estimand that needs them.
    var leavesOutDependent = false
    /// True: the coefficients of covariates and factors follow the estimands.
    var reportsCoefficients = true

    /// Covariates about a centre times cohorts, periods and effects.
    struct Slopes {
        var nuisance: [CovariateColumn] = []
        /// Those that are part of effects: 0 on average over every treatment column's cells.
        var effects: [CovariateColumn] = []
        /// The same for factors, whose values are constant within cells.
        var factors: [CellColumn] = []
        var factorEffects: [CellColumn] = []
        /// The columns of each covariate and of each factor's level, by name.
        var owners: [(name: String, columns: [String])] = []

        /// Covariates and levels of which nothing is left in the model.
        func warnings(kept: Set<String>) -> [Warning] {
            let lost = owners.filter { !$0.columns.contains(where: kept.contains) }.map(\.name)
            guard !lost.isEmpty else { return [] }
            return [
                Warning(
                    "collinear",
                    "left out because other regressors or fixed effects explain them completely: "
                        + lost.joined(separator: ", "))
            ]
        }
    }

    func fit(nested: CellFactor?) throws(EstimationError) -> Fit {
        let rows = CompressedRows(
            design, pool: slopes == nil ? design.clusterBlocks.codes : Array(0..<design.cellCount))
        let (columns, model) = try regressing { () throws(RegressionError) in
            let columns = try ModelColumns(
                design, rows: rows, effects: effects,
                nuisance: nuisance + (slopes.map { $0.factors + $0.factorEffects } ?? []),
                slopes: slopes.map { $0.nuisance + $0.effects }, treatment: treatment,
                eliminating: nested.map { .nested(in: $0) } ?? .largestWhereFew)
            return (columns, try LeastSquares(columns, rows: rows))
        }
        let places = columns.treatmentIndices.map { model.place[$0] }
        for (place, column) in zip(places, treatment) where place == nil && !leavesOutDependent {
            throw .collinearTreatment(term: column.name)
        }
        let cells = EstimandCells(design: design, eventTime: eventTime)
        let sparse = treatment.map { column in column.values.indices.filter { column.values[$0] != 0 } }
        /// D'ω.
        func contrast(_ omega: [Double]) -> [Double] {
            zip(treatment, sparse).map { column, chosen in
                chosen.reduce(0.0) { $0 + omega[$1] * column.values[$1] }
            }
        }
        let asked = estimands.compactMap { estimand -> (estimand: Estimand, omega: [Double], contrast: [Double])? in
            guard let omega = cells.weights(estimand) else { return nil }
            let contrast = contrast(omega)
            let isEstimable = zip(places, contrast).allSatisfy { $0 != nil || $1 == 0 }
            return isEstimable ? (estimand, omega, contrast) : nil
        }
        let named = model.labels.indices.filter {
            reportsCoefficients && [.covariate, .factor].contains(model.labels[$0].role)
        }
        var contrasts = Matrix(model.coefficients.count, asked.count + named.count)
        for (i, place) in named.enumerated() { contrasts[place, asked.count + i] = 1 }
        for (k, one) in asked.enumerated() {
            for (place, share) in zip(places, one.contrast) {
                if let place { contrasts[place, k] = share }
            }
        }
        var untreated = (0..<design.cellCount).map { c in
            design.moments.mean[c * design.moments.variableCount] - model.residuals[c] / rows.scale[c]
        }
        for (place, (column, chosen)) in zip(places, zip(treatment, sparse)) {
            guard let place else { continue }
            for c in chosen { untreated[c] -= column.values[c] * model.coefficients[place] }
        }
        for (values, coefficient) in slopeEffects(columns, model) {
            for c in untreated.indices { untreated[c] -= values[c] * coefficient }
        }
        return Fit(
            estimator: estimator, design: design, rows: rows,
            estimands: asked.map(\.estimand) + named.map { Estimand(.coefficient(model.labels[$0].name)) },
            estimates: contrasts.transposedTimes(model.coefficients),
            weights: model.matrix.times(model.gramInverse.times(contrasts)),
            residuals: Matrix(rows: rows.count, columns: 1, storage: model.residuals), basis: .leastSquares(model),
            effects: effects, untreatedOutcome: untreated,
            warnings: model.warnings + (slopes?.warnings(kept: Set(model.labels.map(\.name))) ?? []),
            cellWeights: asked.map { CellWeights($0.omega) } + named.map { _ in .none })
    }

    /// Per cell what covariates add to effects, with the coefficient.
    private func slopeEffects(_ columns: ModelColumns, _ model: LeastSquares) -> [(
        values: [Double], coefficient: Double
    )] {
        guard let slopes else { return [] }
        let effects =
            slopes.effects.map { ($0.name, $0.means(design)) } + slopes.factorEffects.map { ($0.name, $0.values) }
        let names = Dictionary(columns.labels.indices.map { (columns.labels[$0].name, $0) }) { first, _ in first }
        return effects.compactMap { name, values in
            names[name].flatMap { model.place[$0] }.map { (values, model.coefficients[$0]) }
        }
    }

    /// Treatment columns of each part: the values where the cell belongs to it.
    static func byPart(_ design: Design, _ name: String, _ values: [Double]) -> [CellColumn] {
        guard let isGroup = design.isGroup else { return [CellColumn(name: name, values: values)] }
        return [
            CellColumn(name: "\(name) × group", values: values.indices.map { isGroup[$0] ? values[$0] : 0 }),
            CellColumn(name: "\(name) × peers", values: values.indices.map { isGroup[$0] ? 0 : values[$0] }),
        ]
    }
}

extension Design {
    /// Starts of units that have treated cells, ascending ordinals.
    public var treatedStarts: [Int] {
        let treated = isTreatedUnit
        return Array(Set(units.indices.compactMap { treated[$0] ? start[$0] : nil })).sorted()
    }

    /// Per unit: true where it has a treated cell.
    public var isTreatedUnit: [Bool] {
        var treated = [Bool](repeating: false, count: units.count)
        for c in isTreated.indices where isTreated[c] { treated[unit[c]] = true }
        return treated
    }

    /// Per unit: true where it has any cell.
    public var isPresentUnit: [Bool] {
        var present = [Bool](repeating: false, count: units.count)
        for u in unit { present[u] = true }
        return present
    }

    /// The label of a period given by its ordinal.
    public func label(ofOrdinal ordinal: Int) -> String {
        periods.first { $0.ordinal == ordinal }?.label ?? String(ordinal)
    }
}
