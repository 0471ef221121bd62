import LinearAlgebra

extension CompressedRows {
    /// Rows made from cells, such as changes between two periods, stacked copies or one row a unit.
    ///
    /// - Parameters:
    ///   - outcome: R values.
    ///   - weight: R weights.
    ///   - cell: per row a cell of the design in whose clusters it lies.
    ///   - observations: N in small-sample factors; nil for R.
    package init(
        derived outcome: [Double], named name: String, weight: [Double], cell: [Int], observations: Double? = nil
    ) {
        cellCount = outcome.count
        scale = weight.map { $0.squareRoot() }
        self.cell = cell
        let roots = scale
        self.outcome = outcome.indices.map { roots[$0] * outcome[$0] }
        covariates = Matrix(outcome.count, 0)
        unexplained = 0
        outcomeMean = 0
        outcomeName = name
        isDerived = true
        derivedCount = observations ?? Double(outcome.count)
    }
}

extension LeastSquares {
    /// Weighted least squares on derived rows, in their order, without a constant that is not among the regressors or effects.
    ///
    /// - Parameters:
    ///   - regressors: a value a row each, in the order in which they stay where they depend on each other.
    ///   - effects: a code a row each; eliminated.
    package init(derived rows: CompressedRows, regressors: [RowRegressor], effects: [EffectCodes] = [])
        throws(RegressionError)
    {
        var storage: [Double] = []
        storage.reserveCapacity(rows.count * regressors.count)
        for regressor in regressors { storage += rows.expand(regressor.values) }
        guard storage.count <= ModelColumns.valueLimit, rows.count < Int(Int32.max) else {
            throw .tooManyValues(rows: rows.count, columns: regressors.count)
        }
        try self.init(
            RegressionProblem(
                labels: regressors.map { ColumnLabel(name: $0.name, role: $0.role) },
                matrix: Matrix(rows: rows.count, columns: regressors.count, storage: storage), outcome: rows.outcome,
                outcomeName: rows.outcomeName, scale: rows.scale.allSatisfy { $0 == 1 } ? nil : rows.scale,
                effects: effects, outcomeSize: rows.outcomeSize, observations: rows.count))
    }
}
