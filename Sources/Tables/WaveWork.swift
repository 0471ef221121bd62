import Synchronization

/// The work on one wave, taken by several threads: reading the next wave, the digest of the bytes, the pieces.
///
/// Ordered lanes take piece p in lane p mod n, one at a time and in order; otherwise each thread has a lane of its own and
/// takes whatever piece comes next, so that none waits for another.
final class WaveWork: @unchecked Sendable {
    // Unchecked for the reader, which only the thread that took `.reading` touches; the rest is behind the mutex.
    private let reader: WaveReader
    private let pieces: [Piece]
    private let fresh: UnsafeRawBufferPointer
    private let laneCount: Int
    private let isOrdered: Bool
    /// How many threads find work here.
    let threads: Int
    private let state: Mutex<State>
    private let ahead = Mutex<Result<Bool, any Error>>(.success(false))

    private struct State {
        var isReadingTaken = false
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

    init(_ reader: WaveReader, laneCount: Int, isOrdered: Bool, threads: Int) {
        self.reader = reader
        self.laneCount = laneCount
        self.isOrdered = isOrdered
        self.threads = min(max(threads, 1), laneCount)
        pieces = reader.pieces
        fresh = reader.freshBytes
        let first = pieces.first?.number ?? 0
        // The places of the lanes' first pieces in this wave.
        let starts = (0..<laneCount).map { lane in (lane - first % laneCount + laneCount) % laneCount }
        state = Mutex(
            State(isDigestTaken: fresh.isEmpty, nextOfLane: starts, isBusy: .init(repeating: false, count: laneCount)))
    }

    /// Works until nothing is left that this thread could do.
    func run(_ worker: Int, _ process: (Piece, _ lane: Int) -> Void) {
        while let task = state.withLock({ take(&$0, worker) }) {
            switch task {
            case .reading:
                let result = Result { try reader.next() }
                ahead.withLock { $0 = result }
            case .digest: reader.addToDigest(fresh)
            case .piece(let k, let lane):
                process(pieces[k], lane)
                if isOrdered { state.withLock { $0.isBusy[lane] = false } }
            }
        }
    }

    /// True where the reader holds another wave.
    ///
    /// - Throws: what reading it threw.
    func isNextThere() throws -> Bool { try ahead.withLock { $0 }.get() }

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
