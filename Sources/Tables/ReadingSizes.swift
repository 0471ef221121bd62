import CByteScan

/// How much is read and cut at a time. Results do not depend on it in exact arithmetic; tests run it from one byte up.
struct ReadingSizes: Sendable {
    var piece = 64 << 10
    var wave = 4 << 20
    /// A wave that one thread reads and decodes by itself: with its field ends and values it fits a cache of 1 MB.
    var turn = 256 << 10
    /// The start of the file over which the separator is found.
    var sample = 64 << 10
    var scanLevel = cbs_best_level()

    init() {}
}
