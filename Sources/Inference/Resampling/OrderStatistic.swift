extension [Double] {
    /// The value that would stand at a place if the values were sorted, found by partitions about a median of three; values
    /// change their order. No value may be NaN.
    mutating func orderStatistic(_ place: Int) -> Double {
        precondition(indices.contains(place), "place \(place) of \(count) values")
        return withUnsafeMutableBufferPointer { values in
            var (low, high) = (0, values.count - 1)
            while high - low > 16 {
                let pivot = Self.median(values[low], values[(low + high) / 2], values[high])
                var (i, j) = (low, high)
                while i <= j {
                    while values[i] < pivot { i += 1 }
                    while values[j] > pivot { j -= 1 }
                    if i <= j {
                        values.swapAt(i, j)
                        i += 1
                        j -= 1
                    }
                }
                if place <= j {
                    high = j
                } else if place >= i {
                    low = i
                } else {
                    return values[place]
                }
            }
            values[low...high].sort()
            return values[place]
        }
    }

    private static func median(_ a: Double, _ b: Double, _ c: Double) -> Double {
        Swift.max(Swift.min(a, b), Swift.min(Swift.max(a, b), c))
    }
}
