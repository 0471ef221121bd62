/// A value for each lane, changed by the thread that has the lane.
///
/// Each lies in an object of its own: threads that change elements of one array would change one variable together.
struct PerLane<Value> {
    private final class Holder {
        var value: Value
        init(_ value: Value) { self.value = value }
    }

    private let holders: [Holder]

    init(repeating value: Value, count: Int) { holders = (0..<count).map { _ in Holder(value) } }

    subscript(lane: Int) -> Value {
        get { holders[lane].value }
        nonmutating _modify { yield &holders[lane].value }
    }

    var indices: Range<Int> { holders.indices }
    /// In the order of lanes; no thread is at work in them.
    var values: [Value] { holders.map(\.value) }
}
