import Tables

/// The decimals of the columns of one lane and the largest magnitudes seen: what decides whether exact sums hold.
///
/// Magnitudes are taken over rows that belong to a cell and have the value, at the scale of the lane.
struct LaneScale {
    private(set) var decimals: [Int]
    private(set) var weightDecimals = 0
    private(set) var largest: [UInt64]
    private(set) var largestWeight: UInt64 = 0

    init(valueCount: Int) {
        decimals = Array(repeating: 0, count: valueCount)
        largest = Array(repeating: 0, count: valueCount)
    }

    /// By how many decimals a batch has raised the scales.
    struct Steps {
        fileprivate(set) var columns: [Int]
        fileprivate(set) var weight = 0

        /// For each block the steps of its variables.
        func values(_ plan: CellPlan) -> [[Int]] {
            plan.outcomes.indices.map { block in plan.values(of: block).map { columns[$0] } }
        }
    }

    /// Takes a batch's scales and magnitudes.
    mutating func grow(_ columns: BatchColumns, rowCount: Int, skipped: UnsafePointer<UInt8>) -> Steps {
        var steps = Steps(columns: Array(repeating: 0, count: decimals.count))
        for (position, column) in columns.values.enumerated() {
            steps.columns[position] = max(column.decimals - decimals[position], 0)
            decimals[position] += steps.columns[position]
            largest[position] = Self.scaled(largest[position], steps.columns[position])
            raise(&largest[position], column, rowCount, skipped)
        }
        if let column = columns.weight {
            steps.weight = max(column.decimals - weightDecimals, 0)
            weightDecimals += steps.weight
            largestWeight = Self.scaled(largestWeight, steps.weight)
            raise(&largestWeight, column, rowCount, skipped)
        }
        return steps
    }

    /// A bound on |w|, w², |w z| and |w z z'| of any row so far; `nil` from 2^63 on, where exact sums do not hold.
    func largestProduct(_ plan: CellPlan) -> UInt64? {
        failure(plan) == nil ? bound(plan) : nil
    }

    /// The first column, in the order of the plan, that alone breaks the rule for exact sums: at most six decimals, and
    /// w z² (with w², for the weight) below 2^63.
    func failure(_ plan: CellPlan) -> String? {
        let weight = plan.weight == nil ? 1 : max(largestWeight, 1)
        if let name = plan.weight, weightDecimals > 6 || Self.product(weight, weight) == nil { return name }
        let names = plan.outcomes + plan.covariates
        for position in largest.indices {
            let square = Self.product(largest[position], largest[position])
            let isHeld = square.flatMap { Self.product($0, weight) } != nil
            if decimals[position] > 6 || !isHeld { return names[position] }
        }
        return nil
    }

    private func bound(_ plan: CellPlan) -> UInt64 {
        let weight = plan.weight == nil ? 1 : max(largestWeight, 1)
        let value = max(largest.max() ?? 1, 1)
        // No overflow: `failure` found every product below 2^63.
        return max(weight * weight, weight * value * value)
    }

    /// The two lanes' scales as one: the larger decimals, the larger magnitudes.
    func joined(with other: LaneScale) -> LaneScale {
        var joint = self
        for position in decimals.indices {
            joint.decimals[position] = max(decimals[position], other.decimals[position])
            joint.largest[position] = max(
                Self.scaled(largest[position], joint.decimals[position] - decimals[position]),
                Self.scaled(other.largest[position], joint.decimals[position] - other.decimals[position]))
        }
        joint.weightDecimals = max(weightDecimals, other.weightDecimals)
        joint.largestWeight = max(
            Self.scaled(largestWeight, joint.weightDecimals - weightDecimals),
            Self.scaled(other.largestWeight, joint.weightDecimals - other.weightDecimals))
        return joint
    }

    /// Saturates: what does not fit 64 bits breaks the rule in any case.
    private static func scaled(_ value: UInt64, _ steps: Int) -> UInt64 {
        var value = value
        for _ in 0..<steps {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            if overflows { return .max }
            value = product
        }
        return value
    }

    /// `nil` from 2^63 on.
    private static func product(_ a: UInt64, _ b: UInt64) -> UInt64? {
        let (product, overflows) = a.multipliedReportingOverflow(by: b)
        return overflows || product > UInt64(Int64.max) ? nil : product
    }

    /// Raises a bound to the largest magnitude of a batch, which mostly is known to be no larger.
    private func raise(
        _ bound: inout UInt64, _ column: Batch.NumberColumn, _ rowCount: Int, _ skipped: UnsafePointer<UInt8>
    ) {
        guard column.largest > bound else { return }
        let (values, missing) = (column.mantissas, column.missing)
        // Least and greatest apart: two comparisons without a branch, and no magnitude of Int64.min to trip over.
        var least: Int64 = 0
        var greatest: Int64 = 0
        for row in 0..<rowCount {
            let value = (missing[row] | skipped[row]) == 0 ? values[row] : 0
            least = min(least, value)
            greatest = max(greatest, value)
        }
        bound = max(bound, least.magnitude, greatest.magnitude)
    }
}
