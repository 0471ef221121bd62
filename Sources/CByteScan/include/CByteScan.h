#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CByteFields.h"

/// What a scan met on its way; the bits of `cbs_result.flags`.
enum {
    CBS_QUOTES = 1,          ///< a quote byte
    CBS_NOT_ASCII = 2,       ///< a byte of 0x80 or more
    CBS_QUOTE_AS_DATA = 4,   ///< a quote that is data, or text after a closing quote: the plain machine was used
    CBS_STRAY_LINE_END = 8,  ///< outside quotes, a carriage return without a line feed, or the reverse
    CBS_AFTER_QUOTE = 16     ///< text between a closing quote and the end of its field
};

typedef struct {
    uint32_t ends;        ///< field ends written
    uint32_t line_ends;   ///< how many of them end a line
    uint32_t line_bytes;  ///< line ends in all, those inside quotes included
    uint32_t inside;      ///< 1 when the range ends inside quotes
    uint32_t flags;
} cbs_result;

/// The ways to scan: 0 the plain machine, 1 portable words, 2 AVX2, 3 AVX-512 with VBMI2.
int cbs_best_level(void);

/// Writes the offset of every field end in bytes[start, end): each separator and each line end outside quotes.
///
/// `inside` says whether the range starts inside quotes; otherwise it starts a record. The range must end just after a
/// line end byte. `line_end` is LF (then CR belongs to a line end only before it) or CR. Room for end - start offsets
/// is needed in `ends`, and never more is written. 64 bytes past `end` must be readable.
cbs_result cbs_scan(int level, const uint8_t *bytes, size_t start, size_t end, uint8_t separator, uint8_t line_end,
                    uint32_t inside, uint32_t *ends);

/// The index of the first byte that is not well-formed UTF-8, or `count`.
size_t cbs_invalid_utf8(const uint8_t *bytes, size_t count);
