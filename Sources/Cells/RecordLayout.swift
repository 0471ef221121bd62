/// Where the sums of each block lie in a cell's record: n, then w and w² with weights, then s, then q by rows.
struct RecordLayout {
    let isWeighted: Bool
    private let variableCounts: [Int]
    private let offsets: [Int]
    let stride: Int

    init(variableCounts: [Int], isWeighted: Bool) {
        self.isWeighted = isWeighted
        self.variableCounts = variableCounts
        let head = isWeighted ? 3 : 1
        var offsets: [Int] = []
        var end = 0
        for q in variableCounts {
            offsets.append(end)
            end += head + q + pairCount(q)
        }
        self.offsets = offsets
        stride = end
    }

    var headSize: Int { isWeighted ? 3 : 1 }
    func offset(of block: Int) -> Int { offsets[block] }
    func variableCount(of block: Int) -> Int { variableCounts[block] }

    /// What each slot of a record is multiplied by when scales grow.
    func scaleFactors(_ steps: [[Int]], weightSteps: Int) -> [Int128] {
        var factors = [Int128](repeating: 1, count: stride)
        for (block, steps) in steps.enumerated() {
            var at = offsets[block]
            if isWeighted {
                factors[at + 1] = powerOfTen(weightSteps)
                factors[at + 2] = powerOfTen(2 * weightSteps)
            }
            at += headSize
            for i in steps.indices { factors[at + i] = powerOfTen(weightSteps + steps[i]) }
            at += steps.count
            for i in steps.indices {
                for j in i..<steps.count {
                    factors[at] = powerOfTen(weightSteps + steps[i] + steps[j])
                    at += 1
                }
            }
        }
        return factors
    }
}

/// The size of a packed upper triangle.
func pairCount(_ q: Int) -> Int { q * (q + 1) / 2 }

/// 10^exponent; at most three scales of six decimals and as many steps meet in one sum, far below 2^127.
func powerOfTen(_ exponent: Int) -> Int128 {
    var power: Int128 = 1
    for _ in 0..<exponent { power *= 10 }
    return power
}
