import LinearAlgebra
import Panels

/// What a column of a regression is, so that a dropped one is told by name and a treatment never dropped.
struct ColumnLabel: Sendable, Equatable {
    enum Role: Sendable, Equatable { case effect, nuisance, factor, covariate, treatment }
    var name: String
    var role: Role
}

/// A regressor that is constant within cells.
struct CellColumn: Sendable {
    var name: String
    var values: [Double]
}

/// The regressors of a model other than the eliminated effect, as rows: effects, then nuisance columns, factors and
/// covariates, and treatment last, so that what is dependent is found in the later column.
struct ModelColumns: Sendable {
    private(set) var labels: [ColumnLabel] = []
    private(set) var matrix: Matrix
    /// The effect that is not among the columns.
    let eliminated: CellFactor?

    /// Dense effect columns beyond this many are refused.
    static let levelLimit = 4_000
    /// Values of one matrix beyond this many (1.2 GB) are refused.
    static let valueLimit = 150_000_000

    /// - Parameters:
    ///   - effects: fixed effects; the largest is eliminated, the others become dummies without their first level.
    ///   - nested: where given, only effects nested in this factor may be eliminated, as CR2 asks; if none is, a
    ///     constant and dummies of all stand in.
    init(
        _ design: Design, rows: CompressedRows, effects: [CellFactor], nuisance: [CellColumn] = [],
        treatment: [CellColumn] = [], eliminatingOnlyNestedIn nested: CellFactor? = nil
    ) throws(EstimationError) {
        let candidates = effects.indices.filter { i in nested.map { effects[i].isNested(in: $0) } ?? true }
        // The first of equal size, so that the choice never depends on anything but the design.
        let largest = candidates.max { (effects[$0].usedLevelCount, -$0) < (effects[$1].usedLevelCount, -$1) }
        eliminated = largest.map { effects[$0] }
        let explicit = effects.indices.filter { $0 != largest }.map { effects[$0] }
        let covariates = design.covariates
        let columnCount =
            explicit.reduce(0) { $0 + $1.levels.count } + design.factors.reduce(0) { $0 + $1.levels.count }
            + covariates.count + nuisance.count + treatment.count
        for effect in explicit + design.factors where effect.levels.count > Self.levelLimit {
            throw .tooManyLevels(effect: effect.name, levels: effect.levels.count, limit: Self.levelLimit)
        }
        guard columnCount * rows.count <= Self.valueLimit, rows.count < Int(Int32.max) else {
            throw .tooManyValues(rows: rows.count, columns: columnCount)
        }
        matrix = Matrix(rows.count, 0)
        var storage: [Double] = []
        storage.reserveCapacity(columnCount * rows.count)
        func add(_ name: String, _ role: ColumnLabel.Role, _ values: [Double]) {
            labels.append(ColumnLabel(name: name, role: role))
            storage += values
        }
        if largest == nil {
            add("constant", .effect, rows.expand([Double](repeating: 1, count: design.cellCount)))
        }
        for effect in explicit {
            for (level, values) in Self.dummies(effect) { add("\(effect.name)=\(level)", .effect, rows.expand(values)) }
        }
        for column in nuisance { add(column.name, .nuisance, rows.expand(column.values)) }
        for factor in design.factors {
            for (level, values) in Self.dummies(factor) { add("\(factor.name)=\(level)", .factor, rows.expand(values)) }
        }
        for (j, name) in covariates.enumerated() { add(name, .covariate, rows.covariates.column(j)) }
        for column in treatment { add(column.name, .treatment, rows.expand(column.values)) }
        matrix = Matrix(rows: rows.count, columns: labels.count, storage: storage)
    }

    /// One dummy for each level that occurs but the first.
    private static func dummies(_ factor: CellFactor) -> [(String, [Double])] {
        var cells = [[Int]](repeating: [], count: factor.levels.count)
        for (c, code) in factor.codes.enumerated() { cells[code].append(c) }
        return factor.levels.indices.filter { !cells[$0].isEmpty }.dropFirst().map { level in
            var values = [Double](repeating: 0, count: factor.codes.count)
            for c in cells[level] { values[c] = 1 }
            return (factor.levels[level], values)
        }
    }

    var treatmentIndices: [Int] { labels.indices.filter { labels[$0].role == .treatment } }
}
