internal import CByteScan

/// Numbers the combinations of key codes that occur, densely and in order of arrival: the cells of one lane or table.
///
/// The codes of a row are packed side by side into one 64-bit word. A word of few bits is the place of the cell's number in
/// a plain table, which stays in the processor's cache; for longer ones there is a hash table.
/// Keys too wide for one word take several stages: the number found by one stage (32 bits) leads the next one's word.
/// Bits for a column are set by the size of its dictionary; when one outgrows them, the tables are built anew from the
/// cells found so far, whose numbers stay as they were.
struct KeyIndex {
    let keyCount: Int
    private(set) var cellCount = 0
    /// `keyCount` codes a cell, cell by cell.
    private(set) var codes: [UInt32] = []

    private var widths: [Int]
    private var stages: [Stage] = []

    /// One word and its table: where each of its columns begins.
    private struct Stage {
        var columns: [Int] = []
        var shifts: [UInt64] = []
        var bits: Int
        var table = WordTable(bits: WordTable.mostPlainBits + 1)
    }

    init(keyCount: Int) {
        self.keyCount = keyCount
        widths = Array(repeating: 0, count: keyCount)
        layOut()
    }

    /// Finds or makes the cell of each row.
    ///
    /// - Parameters:
    ///   - columns: one pointer to `rowCount` codes for each key.
    ///   - sizes: for each key a number above every code.
    ///   - skipped: rows other than 0 are passed over; their entry in `cells` is 0.
    ///   - words: room for `rowCount` words.
    ///   - cells: receives `rowCount` cell numbers.
    mutating func find(
        _ columns: [UnsafePointer<UInt32>], sizes: [Int], rowCount: Int, skipped: UnsafePointer<UInt8>,
        words: UnsafeMutablePointer<UInt64>, cells: UnsafeMutablePointer<UInt32>
    ) {
        fit(sizes)
        for (position, stage) in stages.enumerated() {
            let parts = zip(stage.columns, stage.shifts).map { (codes: columns[$0], shift: $1) }
            let before = position > 0 ? UnsafePointer(cells) : nil
            stage.table.number(before, parts, rowCount, skipped, words: words, into: cells)
        }
        guard let last = stages.last else { return }
        keepCodes(of: last.table, columns, cells, rowCount, skipped)
    }

    /// New cells take the codes of the first row that has them.
    private mutating func keepCodes(
        of table: WordTable, _ columns: [UnsafePointer<UInt32>], _ cells: UnsafePointer<UInt32>, _ rowCount: Int,
        _ skipped: UnsafePointer<UInt8>
    ) {
        guard table.count > cellCount else { return }
        for row in 0..<rowCount where skipped[row] == 0 && cells[row] == cellCount {
            for column in columns { codes.append(column[row]) }
            cellCount += 1
            if cellCount == table.count { return }
        }
    }

    /// Widens the words where a dictionary has outgrown its bits.
    private mutating func fit(_ sizes: [Int]) {
        let needed = sizes.map { Int.bitWidth - max($0 - 1, 0).leadingZeroBitCount }
        guard zip(needed, widths).contains(where: { $0 > $1 }) else { return }
        let isPlain = needed.reduce(0, +) <= WordTable.mostPlainBits
        for key in 0..<keyCount where isPlain || needed[key] > widths[key] {
            // Two bits to spare in long words, so that a growing dictionary rebuilds the hash table a few times only.
            widths[key] = isPlain ? max(needed[key], 0) : min(needed[key] + 2, 32)
        }
        layOut()
    }

    private mutating func layOut() {
        stages = [Stage(bits: 0)]
        for key in 0..<keyCount {
            if stages[stages.count - 1].bits + widths[key] > 64 { stages.append(Stage(bits: 32)) }
            let last = stages.count - 1
            stages[last].columns.append(key)
            stages[last].shifts.append(UInt64(stages[last].bits))
            stages[last].bits += widths[key]
        }
        for position in stages.indices { stages[position].table = WordTable(bits: stages[position].bits) }
        for cell in 0..<cellCount {
            var number: UInt32 = 0
            for stage in stages {
                var word = UInt64(number)
                for (column, shift) in zip(stage.columns, stage.shifts) {
                    word |= UInt64(codes[cell * keyCount + column]) &<< shift
                }
                number = stage.table.number(of: word)
            }
        }
    }
}

/// 64-bit words numbered in order of arrival: by a plain table where they have few bits, else by open addressing, at most
/// half full.
private final class WordTable {
    /// Up to 4 MB; tables that are used in full are far smaller, as dictionaries are doubled when they grow.
    static let mostPlainBits = 20

    private struct Slot {
        var word: UInt64
        /// 1 + the number; 0 where the slot is free.
        var mark: UInt32
    }

    private(set) var count = 0
    private var capacity: Int
    private var slots: UnsafeMutablePointer<Slot>
    /// For each word 1 + its number, or 0; `nil` where words are hashed.
    private let plain: UnsafeMutablePointer<UInt32>?
    private let plainCount: Int

    /// - Parameter bits: words stay below 2^bits.
    init(bits: Int) {
        if bits <= Self.mostPlainBits {
            plainCount = 1 << bits
            let marks = UnsafeMutablePointer<UInt32>.allocate(capacity: plainCount)
            marks.initialize(repeating: 0, count: plainCount)
            plain = marks
            capacity = 0
        } else {
            plainCount = 0
            plain = nil
            capacity = 1024
        }
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Slot(word: 0, mark: 0), count: capacity)
    }

    deinit {
        slots.deallocate()
        plain?.deallocate()
    }

    /// Numbers the rows of a batch by the words that are made of their codes: `before` in the lowest bits where there is
    /// an earlier stage, each part at its shift.
    func number(
        _ before: UnsafePointer<UInt32>?, _ parts: [(codes: UnsafePointer<UInt32>, shift: UInt64)], _ rowCount: Int,
        _ skipped: UnsafePointer<UInt8>, words: UnsafeMutablePointer<UInt64>,
        into numbers: UnsafeMutablePointer<UInt32>
    ) {
        if let plain, before == nil {
            // Short words are put together where their numbers go.
            Self.join(nil, parts, rowCount, into: numbers)
            number(rowCount, skipped, numbers, plain)
        } else {
            Self.join(before, parts, rowCount, into: words)
            hash(words, rowCount, skipped, into: numbers)
        }
    }

    @inline(__always)
    private static func join<Word: FixedWidthInteger>(
        _ before: UnsafePointer<UInt32>?, _ parts: [(codes: UnsafePointer<UInt32>, shift: UInt64)], _ rowCount: Int,
        into words: UnsafeMutablePointer<Word>
    ) {
        var parts = parts[...]
        if let before {
            for row in 0..<rowCount { words[row] = Word(truncatingIfNeeded: before[row]) }
        } else if let (codes, _) = parts.popFirst() {
            // The first key's codes are in the lowest bits.
            for row in 0..<rowCount { words[row] = Word(truncatingIfNeeded: codes[row]) }
        } else {
            words.update(repeating: 0, count: rowCount)
        }
        for (codes, shift) in parts {
            let shift = Word(truncatingIfNeeded: shift)
            for row in 0..<rowCount { words[row] |= Word(truncatingIfNeeded: codes[row]) &<< shift }
        }
    }

    /// From words to their numbers, in place.
    private func number(
        _ rowCount: Int, _ skipped: UnsafePointer<UInt8>, _ words: UnsafeMutablePointer<UInt32>,
        _ plain: UnsafeMutablePointer<UInt32>
    ) {
        var count = UInt32(count)
        for row in 0..<rowCount {
            guard skipped[row] == 0 else {
                words[row] = 0
                continue
            }
            cbs_prefetch(plain + Int(words[min(row &+ 24, rowCount &- 1)]))
            let place = Int(words[row])
            if plain[place] == 0 {
                count += 1
                plain[place] = count
            }
            words[row] = plain[place] &- 1
        }
        self.count = Int(count)
    }

    /// Equal neighbours cost a comparison.
    private func hash(
        _ words: UnsafePointer<UInt64>, _ rowCount: Int, _ skipped: UnsafePointer<UInt8>,
        into numbers: UnsafeMutablePointer<UInt32>
    ) {
        // Locals: a class field in the loop would cost an access check a row.
        var slots = slots
        var mask = capacity - 1
        var lastWord: UInt64 = 0
        var lastNumber = UInt32.max
        for row in 0..<rowCount {
            guard skipped[row] == 0 else {
                numbers[row] = 0
                continue
            }
            let word = words[row]
            if word != lastWord || lastNumber == .max {
                var place = Self.hash(word) & mask
                while slots[place].mark != 0, slots[place].word != word { place = (place + 1) & mask }
                if slots[place].mark != 0 {
                    lastNumber = slots[place].mark - 1
                } else {
                    lastNumber = add(word, at: place)
                    slots = self.slots
                    mask = capacity - 1
                }
                lastWord = word
            }
            numbers[row] = lastNumber
        }
    }

    func number(of word: UInt64) -> UInt32 {
        if let plain {
            let place = Int(truncatingIfNeeded: word)
            if plain[place] == 0 {
                count += 1
                plain[place] = UInt32(count)
            }
            return plain[place] - 1
        }
        var place = Self.hash(word) & (capacity - 1)
        while slots[place].mark != 0, slots[place].word != word { place = (place + 1) & (capacity - 1) }
        return slots[place].mark != 0 ? slots[place].mark - 1 : add(word, at: place)
    }

    private func add(_ word: UInt64, at place: Int) -> UInt32 {
        let number = UInt32(count)
        slots[place] = Slot(word: word, mark: number + 1)
        count += 1
        if count * 2 > capacity { grow() }
        return number
    }

    private func grow() {
        let old = UnsafeBufferPointer(start: slots, count: capacity)
        capacity *= 2
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Slot(word: 0, mark: 0), count: capacity)
        for slot in old where slot.mark != 0 {
            var place = Self.hash(slot.word) & (capacity - 1)
            while slots[place].mark != 0 { place = (place + 1) & (capacity - 1) }
            slots[place] = slot
        }
        old.deallocate()
    }

    /// Multiplicative hashing; the fold brings the well-mixed high bits down to where the mask looks.
    @inline(__always)
    private static func hash(_ word: UInt64) -> Int {
        let product = (word ^ (word &>> 32)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: product ^ (product &>> 29))
    }
}
