import CByteScan

/// How much is read and cut at a time. Results do not depend on it in exact arithmetic; tests run it from one byte up.
struct ReadingSizes: Sendable {
    var piece = 64 << 10
    var wave = 1 << 20
    /// The start of the file over which the separator is found.
    var sample = 64 << 10
    var scanLevel = cbs_best_level()

    init() {}
}
