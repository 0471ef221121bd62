/// Memory for a text that has to be put together: unquoted or joined. 16 bytes past its end may be read.
final class ScratchText {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity = 64
    private(set) var count = 0

    init() {
        memory = .allocate(capacity: capacity + 16)
        memory.initialize(repeating: 0, count: capacity + 16)
    }

    convenience init(_ text: String) {
        self.init()
        var text = text
        text.withUTF8 { bytes in if let base = bytes.baseAddress { append(base, bytes.count) } }
    }

    deinit { memory.deallocate() }

    var start: UnsafePointer<UInt8> { UnsafePointer(memory) }

    func clear() { count = 0 }

    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * (count + more) + 16)
        larger.initialize(repeating: 0, count: 2 * (count + more) + 16)
        larger.update(from: memory, count: count)
        memory.deallocate()
        memory = larger
        capacity = 2 * (count + more)
    }

    func append(_ bytes: UnsafePointer<UInt8>, _ length: Int) {
        reserve(length)
        (memory + count).update(from: bytes, count: length)
        count += length
    }

    func append(_ byte: UInt8) {
        reserve(1)
        memory[count] = byte
        count += 1
    }

    /// Appends the inside of a quoted field, with doubled quotes made single.
    func append(unquoting inner: UnsafeBufferPointer<UInt8>) {
        reserve(inner.count)
        var i = 0
        while i < inner.count {
            memory[count] = inner[i]
            count += 1
            i += inner[i] == UInt8(ascii: "\"") ? 2 : 1
        }
    }
}
