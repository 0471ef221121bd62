/// Rows put into the order of one effect's levels, and back, in two steps that stay within the processor's caches.
///
/// A plain sort of millions of rows touches memory in random order, which costs more than all sums that follow. So rows are
/// first dealt into at most 256 ranges of levels, each written in sequence, and then sorted within their range.
struct RowOrder: Sendable {
    /// Per row its place after the first step.
    private let dealt: [Int32]
    /// Per place in the final order, its place after the first step.
    private let source: [Int32]

    /// nil where rows already stand in order.
    ///
    /// Rows of one level keep their order.
    init?(_ effect: EffectCodes) {
        let codes = effect.codes
        guard zip(codes, codes.dropFirst()).contains(where: { $0 > $1 }) else { return nil }
        var shift = 0
        while (effect.levelCount - 1) >> shift > 255 { shift += 1 }
        let ranges = (effect.levelCount - 1) >> shift + 1
        // Where each level's rows end up, and from these where each range begins.
        var starts = [Int32](repeating: 0, count: effect.levelCount + 1)
        for code in codes { starts[Int(code) + 1] += 1 }
        for level in 0..<effect.levelCount { starts[level + 1] += starts[level] }
        var next = (0..<ranges).map { starts[$0 << shift] }
        var dealtCodes = [Int32](repeating: 0, count: codes.count)
        dealt = [Int32](unsafeUninitializedCapacity: codes.count) { dealt, count in
            next.withUnsafeMutableBufferPointer { next in
                dealtCodes.withUnsafeMutableBufferPointer { dealtCodes in
                    for (row, code) in codes.enumerated() {
                        let place = next[Int(code) >> shift]
                        next[Int(code) >> shift] = place + 1
                        dealt[row] = place
                        dealtCodes[Int(place)] = code
                    }
                }
            }
            count = codes.count
        }
        source = [Int32](unsafeUninitializedCapacity: codes.count) { source, count in
            starts.withUnsafeMutableBufferPointer { starts in
                for (place, code) in dealtCodes.enumerated() {
                    source[Int(starts[Int(code)])] = Int32(place)
                    starts[Int(code)] += 1
                }
            }
            count = codes.count
        }
    }

    func sorted(_ values: [Double]) -> [Double] {
        var scratch: [Double] = []
        return sorted(values, &scratch)
    }

    /// - Parameter scratch: kept from one column to the next, as fresh memory costs as much as the sorting.
    func sorted(_ values: [Double], _ scratch: inout [Double]) -> [Double] {
        Self.deal(values, dealt, into: &scratch)
        return Self.take(scratch, source)
    }

    func sorted(_ values: [Int32]) -> [Int32] {
        var scratch: [Int32] = []
        Self.deal(values, dealt, into: &scratch)
        return Self.take(scratch, source)
    }

    /// The rows as they came.
    func restored(_ values: [Double]) -> [Double] {
        var scratch: [Double] = []
        Self.deal(values, source, into: &scratch)
        return Self.take(scratch, dealt)
    }

    @inline(__always)
    private static func deal<T: BitwiseCopyable>(_ values: [T], _ places: [Int32], into output: inout [T]) {
        // Every place is written below, as places are a permutation.
        if output.count != values.count {
            output = [T](unsafeUninitializedCapacity: values.count) { _, count in count = values.count }
        }
        output.withUnsafeMutableBufferPointer { output in
            values.withUnsafeBufferPointer { values in
                places.withUnsafeBufferPointer { places in
                    for i in values.indices { output[Int(places[i])] = values[i] }
                }
            }
        }
    }

    @inline(__always) private static func take<T>(_ values: [T], _ places: [Int32]) -> [T] {
        [T](unsafeUninitializedCapacity: values.count) { output, count in
            values.withUnsafeBufferPointer { values in
                places.withUnsafeBufferPointer { places in
                    for i in values.indices { output[i] = values[Int(places[i])] }
                }
            }
            count = values.count
        }
    }
}
