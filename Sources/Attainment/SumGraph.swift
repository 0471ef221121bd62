/// Hidden cells of a two-way table as edges between the sums that hold them: its rows and its columns.
///
/// Someone who knows every sum can work out exactly those cells whose edge is a bridge, that is on no cycle (Gusfield 1988,
/// *SIAM Journal on Computing* 17(3)).
struct SumGraph {
    var nodeCount: Int
    var edges: [(Int, Int)]

    /// Per edge: it is on no cycle.
    ///
    /// Every edge off a spanning forest gets a label, and an edge of the forest the exclusive or of the labels of those that
    /// close a cycle through it; only a bridge has none. Labels of 64 bits make a wrong answer as good as impossible.
    func bridges() -> [Bool] {
        var neighbours = [[(node: Int, edge: Int)]](repeating: [], count: nodeCount)
        for (edge, ends) in edges.enumerated() {
            neighbours[ends.0].append((ends.1, edge))
            neighbours[ends.1].append((ends.0, edge))
        }
        var parent = [(node: Int, edge: Int)?](repeating: nil, count: nodeCount)
        var isSeen = [Bool](repeating: false, count: nodeCount)
        var isInForest = [Bool](repeating: false, count: edges.count)
        var order: [Int] = []
        for root in 0..<nodeCount where !isSeen[root] {
            isSeen[root] = true
            var next = order.count
            order.append(root)
            while next < order.count {
                let node = order[next]
                next += 1
                for (other, edge) in neighbours[node] where !isSeen[other] {
                    isSeen[other] = true
                    parent[other] = (node, edge)
                    isInForest[edge] = true
                    order.append(other)
                }
            }
        }
        var label = [UInt64](repeating: 0, count: nodeCount)
        for (edge, ends) in edges.enumerated() where !isInForest[edge] {
            label[ends.0] ^= Self.label(edge)
            label[ends.1] ^= Self.label(edge)
        }
        var isBridge = [Bool](repeating: false, count: edges.count)
        for node in order.reversed() {
            guard let (above, edge) = parent[node] else { continue }
            isBridge[edge] = label[node] == 0
            label[above] ^= label[node]
        }
        return isBridge
    }

    /// Well mixed bits of a number (SplitMix64).
    private static func label(_ edge: Int) -> UInt64 {
        var z = (UInt64(edge) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
