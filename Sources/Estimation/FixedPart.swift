import LinearAlgebra
import Panels

/// The part of a regression that no reassignment of treatment changes, taken out once.
public struct FixedPart: Sendable {
    public let rows: CompressedRows
    private let model: LeastSquares
    /// Per row: the outcome less what the fixed part explains.
    public var outcome: [Double] { model.residuals }

    /// - Parameter nuisance: further regressors per cell.
    public init(_ design: Design, effects: [CellFactor], nuisance: [[Double]]) throws(EstimationError) {
        rows = CompressedRows(design, pool: design.clusterBlocks.codes)
        let extra = nuisance.map { CellColumn(name: "nuisance", values: $0) }
        model = try LeastSquares(ModelColumns(design, rows: rows, effects: effects, nuisance: extra), rows: rows)
    }

    /// A column that is constant within cells, as rows.
    public func expand(_ perCell: [Double]) -> [Double] { rows.expand(perCell) }

    /// A column of rows less what the fixed part explains of it.
    public func residualise(_ column: [Double]) -> [Double] { model.residualise(column) }
}
