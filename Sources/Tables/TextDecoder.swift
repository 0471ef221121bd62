/// Texts as they are, row by row: no dictionary, since most of them occur once.
final class TextDecoder: ColumnDecoder {
    private let texts = Batch.TextColumn()
    private let lane: Int

    init(lane: Int) { self.lane = lane }

    var missing: [Int] { [] }
    var column: Batch.Column { .text(texts) }

    func decode(_ rows: PieceRows, _ source: FieldSource, _ context: inout DecodingContext) {
        texts.reserve(rows.count)
        let (slots, missing) = (texts.slots.start, texts.missing.start)
        guard case .column(let column) = source else {
            for r in rows.window {
                let (start, count) = source.text(rows, r, context.scratch, context.part)
                slots[r] = slot(start, count)
                missing[r] = count == 0 ? 1 : 0
            }
            return
        }
        let (bytes, scratch) = (rows.bytes, context.scratch)
        rows.forEach(column) { row, start, length in
            let text = UnsafePointer(bytes + start)
            if length <= TextSlot.longest, text[0] != UInt8(ascii: "\"") {
                slots[row] = TextSlot(text, length)
                missing[row] = length == 0 ? 1 : 0
            } else {
                let (text, count) = rows.text(row, column, scratch)
                slots[row] = slot(text, count)
                missing[row] = count == 0 ? 1 : 0
            }
        }
    }

    private func slot(_ start: UnsafePointer<UInt8>, _ count: Int) -> TextSlot {
        guard count > TextSlot.longest else { return TextSlot(start, count) }
        let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        return TextSlot(lane: lane, index: texts.long.add(text))
    }
}
