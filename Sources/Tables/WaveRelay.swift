/// The work on a whole file where no piece is bound to a lane: the reader goes from thread to thread.
///
/// Whoever has it reads the next wave into memory of their own, passes it on, and decodes the wave while its bytes are in the
/// cache of their processor. The digest takes the waves in their order, each by the thread that has it.
final class WaveRelay: SharedWork, @unchecked Sendable {
    // Unchecked for the reader, which only the thread that has it touches; what changes is behind the gate.
    private let reader: WaveReader
    /// One a worker.
    private let buffers: [WaveBuffer]
    private let process: @Sendable (Piece, _ worker: Int) -> Bool
    private let gate = Gate()
    private var isReaderTaken = false
    private var isOver = false
    /// Waves given out, and those of them that the digest has.
    private var waves = 0
    private var digested = 0
    /// Threads that have a wave, or the reader.
    private var active = 0
    private var failure: (any Error)?

    private struct Wave {
        var number: Int
        var pieces: ArraySlice<Piece>
        var fresh: UnsafeRawBufferPointer
    }

    /// - Parameter process: false where nothing more need be read.
    init(_ reader: WaveReader, buffers: [WaveBuffer], process: @escaping @Sendable (Piece, _ worker: Int) -> Bool) {
        self.reader = reader
        self.buffers = buffers
        self.process = process
    }

    func run(_ worker: Int) {
        while let wave = take(worker) {
            decode(wave, worker)
            gate.locked {
                active -= 1
                gate.announce()
            }
        }
    }

    func waitForOthers() {
        gate.locked { while active > 0 { gate.wait() } }
    }

    /// - Throws: what reading threw, after every piece before it was decoded.
    func check() throws {
        if let failure = gate.locked({ failure }) { throw failure }
    }

    private func take(_ worker: Int) -> Wave? {
        let isMine = gate.locked {
            while isReaderTaken { gate.wait() }
            guard !isOver else { return false }
            isReaderTaken = true
            active += 1
            return true
        }
        guard isMine else { return nil }
        let result = Result { try reader.next(into: buffers[worker]) }
        let (pieces, fresh) = (reader.pieces, reader.freshBytes)
        return gate.locked {
            defer { gate.announce() }
            isReaderTaken = false
            do {
                if try result.get() {
                    waves += 1
                    return Wave(number: waves - 1, pieces: pieces[...], fresh: fresh)
                }
            } catch {
                failure = error
            }
            isOver = true
            active -= 1
            return nil
        }
    }

    private func decode(_ wave: Wave, _ worker: Int) {
        var wave = wave
        var isDigested = false
        while !isDigested || !wave.pieces.isEmpty {
            if !isDigested, isTurn(of: wave, waits: wave.pieces.isEmpty) {
                reader.addToDigest(wave.fresh)
                isDigested = true
                gate.locked {
                    digested += 1
                    gate.announce()
                }
            } else if let piece = wave.pieces.popFirst(), !process(piece, worker) {
                gate.locked { isOver = true }
            }
        }
    }

    /// True where the digest has everything before this wave.
    private func isTurn(of wave: Wave, waits: Bool) -> Bool {
        gate.locked {
            while waits, digested < wave.number { gate.wait() }
            return digested == wave.number
        }
    }
}
