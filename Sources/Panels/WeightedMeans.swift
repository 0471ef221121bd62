/// Weighted means of several groups at once.
package struct WeightedMeans {
    package private(set) var weight: [Double]
    private var sum: [Double]

    package init(count: Int) {
        weight = [Double](repeating: 0, count: count)
        sum = weight
    }

    package mutating func add(_ value: Double, _ w: Double, to index: Int) {
        weight[index] += w
        sum[index] += w * value
    }

    /// 0 where there is no weight.
    package var means: [Double] { weight.indices.map { weight[$0] > 0 ? sum[$0] / weight[$0] : 0 } }
}
