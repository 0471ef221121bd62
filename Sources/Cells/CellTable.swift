import Tables

/// The sufficient statistics of the rows that share a key, for every key that occurs: cells in key-byte order.
///
/// Keys stand in the order of the request; within each, values are sorted by their bytes and `codes` point into them.
/// Each outcome has a block of its own, over the rows where the outcome and every covariate are present.
public struct CellTable: Sendable, Equatable {
    public var keys: [CellKey]
    public var cellCount: Int
    public var blocks: [MomentBlock]
    /// Rows kept by the filters, in all cells, whatever their outcome.
    public var rowCounts: [Int]

    public init(keys: [CellKey], cellCount: Int, blocks: [MomentBlock], rowCounts: [Int]) {
        self.keys = keys
        self.cellCount = cellCount
        self.blocks = blocks
        self.rowCounts = rowCounts
    }

    /// By cell the rows that an outcome looks at: all, or those of its subject.
    public func rows(of block: Int) -> [Int] { blocks.isEmpty ? rowCounts : blocks[block].rows ?? rowCounts }
}

/// One key column of a cell table.
public struct CellKey: Sendable, Equatable {
    public var name: String
    /// Distinct values in byte order; "" where the field was empty.
    public var values: [String]
    /// One code a cell.
    public var codes: [Int32]

    public init(name: String, values: [String], codes: [Int32]) {
        self.name = name
        self.values = values
        self.codes = codes
    }
}

/// The moments of one outcome and its covariates, cell by cell.
public struct MomentBlock: Sendable, Equatable {
    /// The outcome first, then the covariates: q names.
    public var variables: [String]
    public var sums: Sums
    /// Rows left out of this block, one reason a row, in the fixed order in which reasons are tested.
    public var dropped: [DroppedRows]
    /// By cell the rows that the outcome looks at, with or without a result; nil where it looks at every row.
    public var rows: [Int]?

    public enum Sums: Sendable, Equatable {
        case exact(ExactMoments)
        case double(CentredMoments)
    }

    public init(variables: [String], sums: Sums, dropped: [DroppedRows], rows: [Int]? = nil) {
        self.variables = variables
        self.sums = sums
        self.dropped = dropped
        self.rows = rows
    }

    /// Means and centred cross-products in doubles, each rounded once.
    public var moments: CellMoments {
        switch sums {
        case .exact(let exact): exact.centred()
        case .double(let centred): centred.moments
        }
    }

    /// The rows of each cell, as `moments` counts them.
    public var counts: [Double] {
        switch sums {
        case .exact(let exact): zip(exact.n, exact.w).map { $0 > 0 && $1 > 0 ? Double($0) : 0 }
        case .double(let centred): centred.deviations.n
        }
    }
}

public struct DroppedRows: Sendable, Equatable {
    public var reason: String
    public var rows: Int

    public init(_ reason: String, _ rows: Int) {
        self.reason = reason
        self.rows = rows
    }
}

/// What estimators read of a cell, as doubles: for cell c of C and q variables (outcome first).
public struct CellMoments: Sendable, Equatable {
    public var variableCount: Int
    /// C row counts.
    public var n: [Double]
    /// C sums of weights; equal to `n` without weights.
    public var weight: [Double]
    /// C sums of squared weights.
    public var squaredWeight: [Double]
    /// C·q weighted means, cell by cell; 0 in cells without rows.
    public var mean: [Double]
    /// C·q(q+1)/2 sums w(z − z̄)(z − z̄)', upper triangle by rows (00, 01, …, 11, …), cell by cell.
    public var within: [Double]

    public init(
        variableCount: Int, n: [Double], weight: [Double], squaredWeight: [Double], mean: [Double], within: [Double]
    ) {
        self.variableCount = variableCount
        self.n = n
        self.weight = weight
        self.squaredWeight = squaredWeight
        self.mean = mean
        self.within = within
    }
}

extension CellMoments {
    /// Empty cells.
    public init(variableCount: Int, cellCount: Int) {
        let zeros = [Double](repeating: 0, count: cellCount)
        self.init(
            variableCount: variableCount, n: zeros, weight: zeros, squaredWeight: zeros,
            mean: Array(repeating: 0, count: cellCount * variableCount),
            within: Array(repeating: 0, count: cellCount * pairCount(variableCount)))
    }
}
