/// The loops over rows. With s a row's scale (√W), a column z in row space and a one value a level of the other effects:
///
///     scores:  Σ over rows of s (z − s·z̄)          by level, z̄ the group's mean Σ s z / ΣW
///     take:    z ← z − s (Σ a − group mean of it + z̄)
///     product: S a, the Schur complement of the grouping effect applied to a
///
/// Pointers are held for one call each; every lane touches only its own groups' rows.
extension GroupedRows {
    /// Per level of the other effects: the column's sums after the group means are off.
    func scores(_ column: [Double]) -> [Double] {
        column.withUnsafeBufferPointer { scores($0) }
    }

    func scores(_ column: UnsafeBufferPointer<Double>) -> [Double] {
        nonisolated(unsafe) let z = column
        return withRows { rows in
            sums(otherCount) { groups, sums in
                for g in groups {
                    let range = rows.range(g)
                    let mean = rows.sum(range, z) / rows.weight[g]
                    if rows.width == 1, rows.scale == nil {
                        for i in range { sums[Int(rows.others[i])] += z[rows.row(i)] - mean }
                    } else {
                        for i in range {
                            let r = rows.row(i)
                            let s = rows.scaling(r)
                            let value = s * (z[r] - s * mean)
                            for e in i * rows.width..<(i + 1) * rows.width { sums[Int(rows.others[e])] += value }
                        }
                    }
                }
            }
        }
    }

    /// Takes group means and the other effects' values off a column.
    func take(_ values: [Double], from column: UnsafeMutableBufferPointer<Double>) {
        nonisolated(unsafe) let z = column
        withRows { rows in
            values.withUnsafeBufferPointer { a in
                nonisolated(unsafe) let a = a
                eachLane { _, groups in
                    for g in groups {
                        let range = rows.range(g)
                        guard !range.isEmpty else { continue }
                        var sum = 0.0
                        for i in range {
                            let r = rows.row(i)
                            let s = rows.scaling(r)
                            z[r] -= s * rows.total(i, a)
                            sum += s * z[r]
                        }
                        let mean = sum / rows.weight[g]
                        for i in range {
                            let r = rows.row(i)
                            z[r] -= rows.scaling(r) * mean
                        }
                    }
                }
            }
        }
    }

    /// S a.
    func schurProduct(_ values: [Double]) -> [Double] {
        withRows { rows in
            values.withUnsafeBufferPointer { a in
                nonisolated(unsafe) let a = a
                return sums(otherCount) { groups, sums in
                    for g in groups {
                        let range = rows.range(g)
                        var sum = 0.0
                        for i in range {
                            let s = rows.scaling(rows.row(i))
                            sum += s * s * rows.total(i, a)
                        }
                        let mean = sum / rows.weight[g]
                        for i in range {
                            let s = rows.scaling(rows.row(i))
                            let value = s * s * (rows.total(i, a) - mean)
                            for e in i * rows.width..<(i + 1) * rows.width { sums[Int(rows.others[e])] += value }
                        }
                    }
                }
            }
        }
    }

    /// Per level of the other effects ΣW.
    func otherWeights() -> [Double] {
        withRows { rows in
            sums(otherCount) { groups, sums in
                for g in groups {
                    for i in rows.range(g) {
                        let s = rows.scaling(rows.row(i))
                        for e in i * rows.width..<(i + 1) * rows.width { sums[Int(rows.others[e])] += s * s }
                    }
                }
            }
        }
    }

    /// Per level ΣW − Σ_rows W²/ΣW_group: the Schur complement's diagonal where no level meets a group twice, at least it
    /// elsewhere.
    func diagonal() -> [Double] {
        withRows { rows in
            sums(otherCount) { groups, sums in
                for g in groups {
                    for i in rows.range(g) {
                        let s = rows.scaling(rows.row(i))
                        let value = s * s * (1 - s * s / rows.weight[g])
                        for e in i * rows.width..<(i + 1) * rows.width { sums[Int(rows.others[e])] += value }
                    }
                }
            }
        }
    }

    /// m × m upper triangle: the sums of a lane's groups, W_ab − Σ_groups W_ga W_gb / W_g.
    func schurComplement(_ groups: Range<Int>, _ sums: UnsafeMutablePointer<Double>) {
        let m = otherCount
        // Per level the group's weight; levels met in this group.
        var weight = [Double](repeating: 0, count: m)
        var met: [Int] = []
        withRows { rows in
            for g in groups {
                let range = rows.range(g)
                if rows.width == 1, rows.scale == nil, range.count <= 16 {
                    rows.addPairs(range, 1 / rows.weight[g], levels: m, to: sums)
                    continue
                }
                for i in range {
                    let s = rows.scaling(rows.row(i))
                    let levels = rows.others + i * rows.width
                    for a in 0..<rows.width {
                        let level = Int(levels[a])
                        if weight[level] == 0 { met.append(level) }
                        weight[level] += s * s
                        for b in 0...a { sums[level * m + Int(levels[b])] += s * s }
                    }
                }
                for a in met {
                    let share = weight[a] / rows.weight[g]
                    for b in met where b <= a { sums[a * m + b] -= share * weight[b] }
                }
                for a in met { weight[a] = 0 }
                met.removeAll(keepingCapacity: true)
            }
        }
    }

    /// The arrays as pointers, for one call.
    private func withRows<R>(_ body: (RowPointers) -> R) -> R {
        starts.withUnsafeBufferPointer { starts in
            others.withUnsafeBufferPointer { others in
                weight.withUnsafeBufferPointer { weight in
                    Self.withOptional(order) { order in
                        Self.withOptional(scale) { scale in
                            guard let starts = starts.baseAddress, let weight = weight.baseAddress else {
                                preconditionFailure("an effect without levels")
                            }
                            // Without other effects their levels are never read; any pointer stands in.
                            return body(
                                RowPointers(
                                    starts: starts, order: order, others: others.baseAddress ?? starts, scale: scale,
                                    weight: weight, width: width))
                        }
                    }
                }
            }
        }
    }

    private static func withOptional<T, R>(_ array: [T]?, _ body: (UnsafePointer<T>?) -> R) -> R {
        guard let array else { return body(nil) }
        return array.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}

/// The arrays of grouped rows. Unchecked: read only, and alive as long as the call that made it.
private struct RowPointers: @unchecked Sendable {
    let starts: UnsafePointer<Int32>
    let order: UnsafePointer<Int32>?
    let others: UnsafePointer<Int32>
    let scale: UnsafePointer<Double>?
    let weight: UnsafePointer<Double>
    let width: Int

    @inline(__always) func range(_ g: Int) -> Range<Int> { Int(starts[g])..<Int(starts[g + 1]) }
    @inline(__always) func row(_ i: Int) -> Int { order.map { Int($0[i]) } ?? i }
    @inline(__always) func scaling(_ row: Int) -> Double { scale.map { $0[row] } ?? 1 }

    @inline(__always) func sum(_ range: Range<Int>, _ z: UnsafeBufferPointer<Double>) -> Double {
        var sum = 0.0
        for i in range {
            let r = row(i)
            sum += scaling(r) * z[r]
        }
        return sum
    }

    /// A small group's part of the Schur complement, pair by pair of its rows: 1 on the diagonal, −1/n for each two.
    @inline(__always)
    func addPairs(_ range: Range<Int>, _ share: Double, levels m: Int, to sums: UnsafeMutablePointer<Double>) {
        for i in range {
            let a = Int(others[i])
            sums[a * m + a] += 1 - share
            for j in range.lowerBound..<i {
                let b = Int(others[j])
                sums[max(a, b) * m + min(a, b)] -= a == b ? 2 * share : share
            }
        }
    }

    /// Σ a over a row's levels.
    @inline(__always) func total(_ i: Int, _ a: UnsafeBufferPointer<Double>) -> Double {
        var total = 0.0
        for e in i * width..<(i + 1) * width { total += a[Int(others[e])] }
        return total
    }
}
