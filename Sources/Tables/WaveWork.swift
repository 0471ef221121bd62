/// The work on one wave, taken by several threads: reading the next wave, the digest of the bytes, the pieces.
///
/// Ordered lanes take piece p in lane p mod n, one at a time and in order; otherwise each thread has a lane of its own and
/// takes whatever piece comes next, so that none waits for another.
final class WaveWork: SharedWork, @unchecked Sendable {
    // Unchecked for the reader, which only the thread that took `.reading` touches; what changes is behind the gate.
    private let reader: WaveReader
    private let pieces: [Piece]
    private let fresh: UnsafeRawBufferPointer
    private let laneCount: Int
    private let isOrdered: Bool
    private let process: @Sendable (Piece, _ lane: Int) -> Void
    private let gate = Gate()
    private var state: State
    private var ahead: Result<Bool, any Error> = .success(false)

    private struct State {
        var isReadingTaken = false
        /// Tasks taken and not yet done.
        var active = 0
        var isDigestTaken: Bool
        var nextPiece = 0
        /// In ordered lanes: for each lane its next piece, and whether a thread is at work in it.
        var nextOfLane: [Int]
        var isBusy: [Bool]
    }

    private enum Task {
        case reading, digest
        case piece(Int, lane: Int)
    }

    init(
        _ reader: WaveReader, laneCount: Int, isOrdered: Bool, process: @escaping @Sendable (Piece, _ lane: Int) -> Void
    ) {
        self.reader = reader
        self.laneCount = laneCount
        self.isOrdered = isOrdered
        self.process = process
        pieces = reader.pieces
        fresh = reader.freshBytes
        let first = pieces.first?.number ?? 0
        // The places of the lanes' first pieces in this wave.
        let starts = (0..<laneCount).map { lane in (lane - first % laneCount + laneCount) % laneCount }
        state = State(
            isDigestTaken: fresh.isEmpty, nextOfLane: starts, isBusy: .init(repeating: false, count: laneCount))
    }

    func run(_ worker: Int) {
        var task = next(after: nil, worker)
        while let now = task {
            switch now {
            case .reading:
                let result = Result { try reader.next() }
                gate.locked { ahead = result }
            case .digest: reader.addToDigest(fresh)
            case .piece(let k, let lane): process(pieces[k], lane)
            }
            task = next(after: now, worker)
        }
    }

    func waitForOthers() {
        gate.locked { while state.active > 0 { gate.wait() } }
    }

    /// True where the reader holds another wave.
    ///
    /// - Throws: what reading it threw.
    func isNextThere() throws -> Bool { try gate.locked { ahead }.get() }

    /// Gives back a task and takes another, at one stroke: a lane whose pieces are not all done is never without its thread.
    private func next(after done: Task?, _ worker: Int) -> Task? {
        gate.locked {
            if let done {
                state.active -= 1
                if isOrdered, case .piece(_, let lane) = done { state.isBusy[lane] = false }
            }
            let task = take(&state, worker)
            if task != nil { state.active += 1 } else if state.active == 0 { gate.announce() }
            return task
        }
    }

    private func take(_ state: inout State, _ worker: Int) -> Task? {
        if !state.isReadingTaken {
            state.isReadingTaken = true
            return .reading
        }
        if !state.isDigestTaken {
            state.isDigestTaken = true
            return .digest
        }
        guard isOrdered else {
            guard state.nextPiece < pieces.count else { return nil }
            state.nextPiece += 1
            return .piece(state.nextPiece - 1, lane: worker)
        }
        // A lane at work is left to its thread, which comes back for the rest.
        let free = (0..<laneCount).filter { !state.isBusy[$0] && state.nextOfLane[$0] < pieces.count }
        guard let lane = free.min(by: { state.nextOfLane[$0] < state.nextOfLane[$1] }) else { return nil }
        state.isBusy[lane] = true
        state.nextOfLane[lane] += laneCount
        return .piece(state.nextOfLane[lane] - laneCount, lane: lane)
    }
}
