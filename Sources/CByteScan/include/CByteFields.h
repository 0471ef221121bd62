#pragma once
#include <stddef.h>
#include <stdint.h>

/// 1 where each of the first `rows` lines has `width` fields: where every width-th end is a line end.
int cbs_even(const uint8_t *bytes, const uint32_t *ends, size_t rows, size_t width, uint8_t line_end);

/// One column of some rows: field r is bytes[ends[firsts[r] + column - 1] + 1, ends[firsts[r] + column]), empty where it
/// would end before it begins. 8 bytes past the start of each must be readable.
typedef struct {
    const uint8_t *bytes;
    const uint32_t *ends;
    const uint32_t *firsts;
    size_t column;
    uint32_t cut_cr;  ///< 1 where a carriage return at the end of a field is not part of it
} cbs_fields;

/// Decimals of up to eight letters: digits with at most one `mark`, the value times 10^scale to `mantissas`.
///
/// For each row from..<to: an empty field has mantissa 0, `missing` 1 and is counted in `*empty`; others have `missing` 0.
/// A row that is longer, holds anything else or needs more decimals than `scale` (0 to 7) has mantissa 0, and its number goes
/// to `others`, in order; their count is returned. `*largest` is raised to the largest mantissa. The levels are those of
/// `cbs_scan`.
size_t cbs_decimals(int level, const cbs_fields *fields, size_t from, size_t to, uint8_t mark, int scale,
                    int64_t *mantissas, uint8_t *missing, uint32_t *others, size_t *empty, uint64_t *largest);

/// A slot of a dictionary: open addressing, one slot after the other from `cbs_place` on.
typedef struct {
    uint64_t head;    ///< the first eight bytes of the text, those behind its end zero
    uint32_t length;
    uint32_t next;    ///< the code plus one; 0 marks a free slot
} cbs_slot;

/// The first slot of 2^(64 - shift) in which a text may be; texts of more than eight bytes mix the rest into `head`.
static inline size_t cbs_place(uint64_t head, uint32_t length, uint32_t shift) {
    return (size_t)(((head ^ length) * 0x9E3779B97F4A7C15ull) >> shift);
}

/// The codes of texts of up to eight bytes that are in a dictionary already.
///
/// For each row from..<to the code, or its number to `others`, in order: where the text is longer, begins with a quote or is
/// not in the dictionary. Returns their count.
size_t cbs_codes(int level, const cbs_fields *fields, size_t from, size_t to, const cbs_slot *slots, uint32_t shift,
                 uint32_t *codes, uint32_t *others);

/// The same for a dictionary of few texts, all of less than eight bytes: each has the code of its place in `texts`, where it
/// stands with its length in the highest byte.
size_t cbs_few_codes(int level, const cbs_fields *fields, size_t from, size_t to, const uint64_t *texts, size_t count,
                     uint32_t *codes, uint32_t *others);

/// Asks for memory that will be written to soon.
static inline void cbs_prefetch(const void *place) { __builtin_prefetch(place, 1); }
