import Tables

/// One entry a row that names a pupil: a keyed digest of pupil, period and subject, and the row's place. Memory: 24 bytes a row,
/// twice that while they are compared.
///
/// Identifiers are not kept. Two different pupils share a digest of 128 bits with a chance of about 10^-24 in ten
/// million rows. Rows without an identifier cannot be told apart and are counted only.
struct PupilRows {
    private let hash: PupilHash
    private var entries: [Entry] = []
    private var pupilDigests = DigestColumn()
    private var periodDigests = DigestColumn()
    private(set) var unidentified = 0
    private let subjects: PupilSubjects?

    private struct Entry {
        var high: UInt64
        var low: UInt64
        /// The file's number in the upper 20 bits, the line in the others.
        var place: UInt64
    }

    init(hash: PupilHash, _ plan: CellPlan) {
        self.hash = hash
        subjects = plan.hasSubjects ? PupilSubjects(plan, hash) : nil
    }

    mutating func add(
        _ batch: borrowing Batch, _ columns: BatchColumns, _ plan: CellPlan, skipped: UnsafePointer<UInt8>
    ) {
        guard let pupil = columns.pupil else { return }
        pupilDigests.extend(to: pupil.dictionary, hash.pupil)
        let period = plan.pupilPeriod.map { columns.keys[$0] }
        if let period { periodDigests.extend(to: period.dictionary, hash.period) }
        let file = UInt64(batch.file) << 44
        for row in 0..<batch.rowCount where skipped[row] == 0 {
            let subject = subjects?.digest(columns, row)
            // A row of a subject that nobody asked for may stand twice.
            if subjects != nil, subject == nil { continue }
            guard var digest = pupilDigests.values[Int(pupil.codes[row])] else {
                unidentified += 1
                continue
            }
            // Digests are drawn with keys of their own, so their sum is one of all of them together.
            if let period, let other = periodDigests.values[Int(period.codes[row])] { digest.join(other) }
            if let subject { digest.join(subject) }
            entries.append(
                Entry(high: digest.high, low: digest.low, place: file | UInt64(bitPattern: batch.lines[row])))
        }
    }

    /// The earliest row that repeats a pupil and period, with the row it repeats.
    static func firstRepeat(in lanes: [PupilRows]) -> Repeat? {
        let dealt = Self.dealt(lanes)
        var found: (first: Entry, second: Entry)?
        for (before, entry) in zip(dealt, dealt.dropFirst()) where before.high == entry.high && before.low == entry.low
        {
            if found.map({ entry.place < $0.second.place }) ?? true { found = (before, entry) }
        }
        return found.map { first, second in
            Repeat(period: period(of: first, in: lanes), first: place(first.place), second: place(second.place))
        }
    }

    struct Repeat: Equatable {
        /// Empty where periods do not tell rows apart.
        var period: String
        var first: RowPlace
        var second: RowPlace
    }

    /// The period whose digest, taken out of the entry's, leaves the digest of a pupil that occurs.
    private static func period(of entry: Entry, in lanes: [PupilRows]) -> String {
        var pupils: Set<PupilHash.Digest> = []
        for lane in lanes { pupils.formUnion(lane.pupilDigests.values.compactMap { $0 }) }
        let subjects = lanes.first?.subjects?.digests.compactMap { $0 } ?? []
        for lane in lanes {
            for (code, digest) in lane.periodDigests.values.enumerated() {
                guard let digest else { continue }
                var pupil = PupilHash.Digest(high: entry.high, low: entry.low)
                pupil.join(digest)
                let candidates = subjects.isEmpty ? [pupil] : subjects.map { pupil.joined(with: $0) }
                if candidates.contains(where: pupils.contains) { return lane.periodDigests.texts[code] }
            }
        }
        return ""
    }

    /// All entries, equal ones side by side and in the order of their places.
    ///
    /// Entries are dealt into buckets by digest, so that no sort is longer than some thousand entries.
    private static func dealt(_ lanes: [PupilRows]) -> [Entry] {
        let total = lanes.reduce(0) { $0 + $1.entries.count }
        let bits = max(Int.bitWidth - (total >> 12).leadingZeroBitCount, 1)
        func bucket(_ entry: Entry) -> Int { Int(entry.high >> UInt64(64 - bits)) }
        var ends = [Int](repeating: 0, count: 1 << bits)
        for lane in lanes { for entry in lane.entries { ends[bucket(entry)] += 1 } }
        var start = 0
        for index in ends.indices {
            let count = ends[index]
            ends[index] = start
            start += count
        }
        var dealt = [Entry](repeating: Entry(high: 0, low: 0, place: 0), count: total)
        for lane in lanes {
            for entry in lane.entries {
                dealt[ends[bucket(entry)]] = entry
                ends[bucket(entry)] += 1
            }
        }
        var begin = 0
        for end in ends {
            dealt[begin..<end].sort { ($0.high, $0.low, $0.place) < ($1.high, $1.low, $1.place) }
            begin = end
        }
        return dealt
    }

    private static func place(_ packed: UInt64) -> RowPlace {
        RowPlace(file: Int(packed >> 44), line: Int(packed & (1 << 44 - 1)))
    }
}

/// Which subject a row is of, told by the outcomes that look at it.
private struct PupilSubjects {
    /// By outcome; nil for one that looks at every row.
    let digests: [PupilHash.Digest?]

    init(_ plan: CellPlan, _ hash: PupilHash) { digests = plan.subjects.map { $0.map(hash.subject) } }

    func digest(_ columns: BatchColumns, _ row: Int) -> PupilHash.Digest? {
        for (outcome, digest) in digests.enumerated()
        where columns.values[outcome].missing[row] != Batch.NumberColumn.otherRow {
            if let digest { return digest }
        }
        return nil
    }
}

/// The digests of a dictionary's texts by code; `nil` for the empty text.
private struct DigestColumn {
    private(set) var values: [PupilHash.Digest?] = []
    private var dictionary: KeyDictionary?

    var texts: [String] { dictionary?.texts ?? [] }

    mutating func extend(to dictionary: KeyDictionary, _ digest: (String) -> PupilHash.Digest) {
        self.dictionary = dictionary
        guard values.count < dictionary.count else { return }
        let texts = dictionary.texts
        for position in values.count..<texts.count {
            values.append(texts[position].isEmpty ? nil : digest(texts[position]))
        }
    }
}

/// Keyed 128-bit digests of texts: SipHash-2-4 under pairs of keys drawn anew for each run.
///
/// Only the equality of digests is used, so the keys never reach a result.
///
/// - Source: J.-P. Aumasson & D. J. Bernstein (2012), SipHash: a fast short-input PRF.
struct PupilHash: Sendable {
    struct Digest: Hashable {
        var high: UInt64
        var low: UInt64

        mutating func join(_ other: Digest) {
            high ^= other.high
            low ^= other.low
        }

        func joined(with other: Digest) -> Digest {
            var digest = self
            digest.join(other)
            return digest
        }
    }

    private let keys: [UInt64]

    init() {
        var random = SystemRandomNumberGenerator()
        keys = (0..<12).map { _ in random.next() }
    }

    func pupil(_ text: String) -> Digest {
        Digest(high: Self.sipHash(text, keys[0], keys[1]), low: Self.sipHash(text, keys[2], keys[3]))
    }

    func period(_ text: String) -> Digest {
        Digest(high: Self.sipHash(text, keys[4], keys[5]), low: Self.sipHash(text, keys[6], keys[7]))
    }

    func subject(_ text: String) -> Digest {
        Digest(high: Self.sipHash(text, keys[8], keys[9]), low: Self.sipHash(text, keys[10], keys[11]))
    }

    static func sipHash(_ text: String, _ k0: UInt64, _ k1: UInt64) -> UInt64 {
        var state = SipState(k0, k1)
        var word: UInt64 = 0
        var length: UInt64 = 0
        for byte in text.utf8 {
            word |= UInt64(byte) << (8 * (length & 7))
            length += 1
            if length & 7 == 0 {
                state.absorb(word)
                word = 0
            }
        }
        state.absorb(word | length << 56)
        return state.finish()
    }
}

private struct SipState {
    private var v0, v1, v2, v3: UInt64

    init(_ k0: UInt64, _ k1: UInt64) {
        v0 = k0 ^ 0x736f_6d65_7073_6575
        v1 = k1 ^ 0x646f_7261_6e64_6f6d
        v2 = k0 ^ 0x6c79_6765_6e65_7261
        v3 = k1 ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    mutating func finish() -> UInt64 {
        v2 ^= 0xff
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    // Additions modulo 2^64 are the cipher's own.
    private mutating func round() {
        v0 &+= v1
        v1 = rotate(v1, 13) ^ v0
        v0 = rotate(v0, 32)
        v2 &+= v3
        v3 = rotate(v3, 16) ^ v2
        v0 &+= v3
        v3 = rotate(v3, 21) ^ v0
        v2 &+= v1
        v1 = rotate(v1, 17) ^ v2
        v2 = rotate(v2, 32)
    }

    private func rotate(_ word: UInt64, _ by: UInt64) -> UInt64 { word &<< by | word &>> (64 &- by) }
}
