/// One piece of the input, decoded: `rowCount` rows, column by column, only the columns that were asked for.
///
/// The memory belongs to the reader and is reused: nothing of a batch outlives the call that received it.
/// Each lane sees its pieces in order and one at a time, so a consumer keeps one state a lane without locks and joins the
/// lanes in their order. In double arithmetic lanes are fixed: pieces go to eight of them in turn. In exact arithmetic there
/// is a lane a thread, which takes what comes; what is made of it must not depend on that, and exact sums do not.
public struct Batch {
    public var rowCount: Int
    public var lane: Int
    /// 1 where the row meets every filter, 0 where it is left out. The reader hands over kept rows only, so all are 1.
    public var kept: UnsafePointer<UInt8>
    /// One entry a requested column, in the order of `ReadRequest.columns`; keys have codes, numbers have values.
    public var columns: [Column]
    /// Index into `ReadRequest.files`.
    public var file: Int
    /// The physical line on which each row begins, counted from 1.
    public var lines: UnsafePointer<Int64>
    /// A place for the first row, such that places rise in the order of the files' rows: at least as many as there are rows
    /// before this batch, and more where rows were left out.
    public var firstPlace: Int

    public enum Column {
        case key(KeyColumn)
        case number(NumberColumn)
        case text(TextColumn)
    }

    public struct KeyColumn {
        /// Codes into this lane's dictionary for this column. Codes are dense from 0 and never change; new ones are added.
        public var codes: UnsafePointer<UInt32>
        public var dictionary: KeyDictionary

        public init(_ codes: UnsafePointer<UInt32>, _ dictionary: KeyDictionary) {
            self.codes = codes
            self.dictionary = dictionary
        }
    }

    /// Texts row by row, for tables.
    public final class TextColumn {
        private(set) var slots = RowMemory<TextSlot>()
        /// 0 where the text is not empty.
        private(set) var missing = RowMemory<UInt8>()
        let long = LongTexts()

        init() {}

        deinit {
            slots.deallocate()
            missing.deallocate()
        }

        func reserve(_ rows: Int) {
            slots.reserve(rows)
            missing.reserve(rows)
        }
    }

    public struct NumberColumn {
        /// Exact arithmetic: value · 10^decimals, at this lane's present scale, which never shrinks from batch to batch.
        public var mantissas: UnsafePointer<Int64>
        public var decimals: Int
        /// Double arithmetic: the correctly rounded values. In exact arithmetic not to be read.
        public var doubles: UnsafePointer<Double>
        /// 0 where the value is present; else 1 + the index of its reason in `MissingCodes.reasons`, or one of the two below.
        public var missing: UnsafePointer<UInt8>
        /// The reason of a value that was declared to mean unknown.
        public static let unknown: UInt8 = 254
        /// The reason of a row that the column does not look at: it holds another subject.
        public static let otherRow: UInt8 = 255
        /// No mantissa of the batch is larger in magnitude. `UInt64.max` where nobody has looked.
        public var largest: UInt64

        public init(
            mantissas: UnsafePointer<Int64>, decimals: Int, doubles: UnsafePointer<Double>,
            missing: UnsafePointer<UInt8>, largest: UInt64 = .max
        ) {
            self.largest = largest
            self.mantissas = mantissas
            self.decimals = decimals
            self.doubles = doubles
            self.missing = missing
        }
    }

    public init(
        rowCount: Int, lane: Int, kept: UnsafePointer<UInt8>, columns: [Column], file: Int, lines: UnsafePointer<Int64>,
        firstPlace: Int = 0
    ) {
        self.rowCount = rowCount
        self.lane = lane
        self.kept = kept
        self.columns = columns
        self.file = file
        self.lines = lines
        self.firstPlace = firstPlace
    }
}

/// Receives batches. Calls for different lanes run at the same time; calls for one lane never do.
public protocol BatchConsumer: Sendable {
    /// Called once, before the first batch, with the number of lanes.
    func begin(lanes: Int) throws
    /// True where `prepare` is wanted.
    var takesPlaces: Bool { get }
    /// Called before the batches of each wave of the input, when none is under way.
    ///
    /// - Parameters:
    ///   - places: above the place of every row of the wave.
    ///   - expected: an estimate of all places of the input, from the size of its file.
    func prepare(places: Int, expected: Int) throws
    func consume(_ batch: borrowing Batch) throws
}

extension BatchConsumer {
    /// Most consumers need no room for rows.
    public var takesPlaces: Bool { false }
    public func prepare(places: Int, expected: Int) {}
}
