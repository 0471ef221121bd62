#include "CByteScan.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The state of the plain machine between two bytes.
enum { FIELD_START, UNQUOTED, QUOTED, CLOSED };

// The definition, one byte at a time, from any state. Adds to what `result` holds already.
static void scan_plain(const uint8_t *p, size_t start, size_t end, uint8_t separator, uint8_t line_end, int state,
                       uint32_t *ends, cbs_result *result) {
    const uint8_t other = line_end == '\n' ? '\r' : '\n';
    for (size_t i = start; i < end; i++) {
        const uint8_t c = p[i];
        if (c == line_end) result->line_bytes++;
        if (c == '"') result->flags |= CBS_QUOTES;
        if (c >= 0x80) result->flags |= CBS_NOT_ASCII;
        if (state == QUOTED) {
            if (c == '"') state = CLOSED;
            continue;
        }
        if (c == separator || c == line_end) {
            ends[result->ends++] = (uint32_t)i;
            result->line_ends += c == line_end;
            state = FIELD_START;
        } else if (c == other) {
            if (other == '\r' && p[i + 1] == '\n') continue;
            result->flags |= CBS_STRAY_LINE_END;
            state = UNQUOTED;
        } else if (c == '"') {
            if (state == FIELD_START || state == CLOSED) state = QUOTED;
            else result->flags |= CBS_QUOTE_AS_DATA;
        } else {
            if (state == CLOSED) result->flags |= CBS_AFTER_QUOTE | CBS_QUOTE_AS_DATA;
            state = UNQUOTED;
        }
    }
    result->inside = state == QUOTED;
}

// Bit i becomes the parity of bits 0...i: the spans between pairs of quotes.
static inline __attribute__((always_inline)) uint64_t prefix_xor(uint64_t x) {
    x ^= x << 1; x ^= x << 2; x ^= x << 4; x ^= x << 8; x ^= x << 16; x ^= x << 32;
    return x;
}

typedef struct { uint64_t separator, line_end, quote, other, high; } masks;

// The block loop, 64 bytes at a time. By quote parity alone, which is right as long as every quote opens a field,
// closes one or is doubled; where one does not, the whole range goes to the plain machine.
#define DEFINE_SCAN(NAME, TARGET, MASKS, EMIT)                                                                        \
    TARGET static cbs_result NAME(const uint8_t *p, size_t start, size_t end, uint8_t separator, uint8_t line_end,     \
                                  uint32_t inside, uint32_t *ends) {                                                   \
        const uint8_t other = line_end == '\n' ? '\r' : '\n';                                                          \
        cbs_result result = {0};                                                                                       \
        uint64_t within = inside ? ~0ull : 0, high = 0, quotes = 0, stray = 0, bad = 0, before = 1, closed = 0;        \
        size_t i = start;                                                                                              \
        for (; i + 64 <= end; i += 64) {                                                                               \
            const masks m = MASKS(p + i, separator, line_end, other);                                                  \
            uint64_t structure = m.separator | m.line_end, spans = 0;                                                  \
            if (m.quote | (within & 1) | closed) {                                                                     \
                spans = prefix_xor(m.quote) ^ within;                                                                  \
                structure &= ~spans;                                                                                   \
                const uint64_t closing = m.quote & ~spans;                                                             \
                bad |= m.quote & spans & ~(((structure | closing) << 1) | before);                                     \
                bad |= ((closing << 1) | closed) & ~(m.separator | m.line_end | m.quote | m.other);                    \
                within = (uint64_t)((int64_t)spans >> 63);                                                             \
                closed = closing >> 63;                                                                                \
                quotes |= m.quote;                                                                                     \
            }                                                                                                          \
            before = (structure >> 63) | closed;                                                                       \
            if (m.other) {                                                                                             \
                uint64_t paired = 0;                                                                                   \
                if (other == '\r') paired = (m.line_end >> 1) | ((uint64_t)(p[i + 64] == '\n') << 63);                 \
                stray |= m.other & ~paired & ~spans;                                                                   \
            }                                                                                                          \
            high |= m.high;                                                                                            \
            result.line_bytes += (uint32_t)__builtin_popcountll(m.line_end);                                           \
            result.line_ends += (uint32_t)__builtin_popcountll(m.line_end & structure);                                \
            EMIT(ends + result.ends, structure, (uint32_t)i);                                                          \
            result.ends += (uint32_t)__builtin_popcountll(structure);                                                  \
        }                                                                                                              \
        if (bad) {                                                                                                     \
            cbs_result again = {0};                                                                                    \
            scan_plain(p, start, end, separator, line_end, inside ? QUOTED : FIELD_START, ends, &again);               \
            return again;                                                                                              \
        }                                                                                                              \
        result.flags = (quotes ? CBS_QUOTES : 0) | (high ? CBS_NOT_ASCII : 0) | (stray ? CBS_STRAY_LINE_END : 0);      \
        const int state = within ? QUOTED : closed ? CLOSED : before ? FIELD_START : UNQUOTED;                         \
        scan_plain(p, i, end, separator, line_end, state, ends, &result);                                              \
        return result;                                                                                                 \
    }

// One bit a byte of an exact comparison of eight bytes.
static inline __attribute__((always_inline)) uint64_t equal8(uint64_t word, uint8_t c) {
    const uint64_t low = 0x7F7F7F7F7F7F7F7Full;
    const uint64_t x = word ^ (c * 0x0101010101010101ull);
    const uint64_t zero = ~(((x & low) + low) | x | low);
    return ((zero >> 7) * 0x0102040810204080ull) >> 56;
}

static inline __attribute__((always_inline)) masks masks_words(const uint8_t *p, uint8_t separator, uint8_t line_end,
                                                               uint8_t other) {
    masks m = {0};
    for (int k = 0; k < 8; k++) {
        uint64_t word = 0;
        for (int b = 7; b >= 0; b--) word = word << 8 | p[8 * k + b];
        m.separator |= equal8(word, separator) << (8 * k);
        m.line_end |= equal8(word, line_end) << (8 * k);
        m.quote |= equal8(word, '"') << (8 * k);
        m.other |= equal8(word, other) << (8 * k);
        m.high |= word & 0x8080808080808080ull;
    }
    return m;
}

static inline __attribute__((always_inline)) void emit_bits(uint32_t *out, uint64_t bits, uint32_t base) {
    while (bits) {
        *out++ = base + (uint32_t)__builtin_ctzll(bits);
        bits &= bits - 1;
    }
}

DEFINE_SCAN(scan_words, , masks_words, emit_bits)

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))

AVX2 static inline __attribute__((always_inline)) uint64_t equal_avx2(__m256i a, __m256i b, uint8_t c) {
    const __m256i v = _mm256_set1_epi8((char)c);
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, v))
        | (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, v)) << 32;
}

AVX2 static inline __attribute__((always_inline)) masks masks_avx2(const uint8_t *p, uint8_t separator,
                                                                  uint8_t line_end, uint8_t other) {
    const __m256i a = _mm256_loadu_si256((const __m256i *)p), b = _mm256_loadu_si256((const __m256i *)(p + 32));
    masks m;
    m.separator = equal_avx2(a, b, separator);
    m.line_end = equal_avx2(a, b, line_end);
    m.quote = equal_avx2(a, b, '"');
    m.other = equal_avx2(a, b, other);
    m.high = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(a, b));
    return m;
}

// Eight at a time without looking, then on: the surplus is overwritten and stays within the block's own 64 slots.
AVX2 static inline __attribute__((always_inline)) void emit_avx2(uint32_t *out, uint64_t bits, uint32_t base) {
    const int count = __builtin_popcountll(bits);
    for (int done = 0; done < count; done += 8)
        for (int k = 0; k < 8; k++) {
            out[done + k] = base + (uint32_t)_tzcnt_u64(bits);
            bits = _blsr_u64(bits);
        }
}

AVX512 static inline __attribute__((always_inline)) masks masks_avx512(const uint8_t *p, uint8_t separator,
                                                                      uint8_t line_end, uint8_t other) {
    const __m512i v = _mm512_loadu_si512(p);
    masks m;
    m.separator = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)separator));
    m.line_end = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)line_end));
    m.quote = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"'));
    m.other = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)other));
    m.high = _mm512_movepi8_mask(v);
    return m;
}

// The numbers 0...63 of the set bits, packed to the front and widened sixteen at a time.
AVX512 static inline __attribute__((always_inline)) void emit_avx512(uint32_t *out, uint64_t bits, uint32_t base) {
    static const uint8_t numbers[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i packed = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(numbers));
    const __m512i from = _mm512_set1_epi32((int)base);
    const int count = __builtin_popcountll(bits);
    _mm512_storeu_si512(out, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed))));
    if (count <= 16) return;
    _mm512_storeu_si512(out + 16, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1))));
    if (count <= 32) return;
    _mm512_storeu_si512(out + 32, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2))));
    _mm512_storeu_si512(out + 48, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3))));
}

DEFINE_SCAN(scan_avx2, AVX2, masks_avx2, emit_avx2)
DEFINE_SCAN(scan_avx512, AVX512, masks_avx512, emit_avx512)
#endif

int cbs_best_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("bmi2"))
        return 3;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return 2;
#endif
    return 1;
}

cbs_result cbs_scan(int level, const uint8_t *bytes, size_t start, size_t end, uint8_t separator, uint8_t line_end,
                    uint32_t inside, uint32_t *ends) {
#if defined(__x86_64__)
    if (level == 3) return scan_avx512(bytes, start, end, separator, line_end, inside, ends);
    if (level == 2) return scan_avx2(bytes, start, end, separator, line_end, inside, ends);
#endif
    if (level >= 1) return scan_words(bytes, start, end, separator, line_end, inside, ends);
    cbs_result result = {0};
    scan_plain(bytes, start, end, separator, line_end, inside ? QUOTED : FIELD_START, ends, &result);
    return result;
}

static inline int continues(const uint8_t *p, size_t i, size_t count) { return i < count && (p[i] & 0xC0) == 0x80; }

size_t cbs_invalid_utf8(const uint8_t *p, size_t count) {
    size_t i = 0;
    while (i < count) {
        if (i + 8 <= count) {
            uint64_t word;
            memcpy(&word, p + i, 8);
            if (!(word & 0x8080808080808080ull)) {
                i += 8;
                continue;
            }
        }
        const uint8_t c = p[i];
        if (c < 0x80) {
            i++;
            continue;
        }
        // The second byte's range shuts out overlong forms, surrogates and what lies beyond U+10FFFF.
        const size_t length = c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
        if (!length || !continues(p, i + 1, count)) return i;
        const uint8_t second = p[i + 1];
        if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90)
            || (c == 0xF4 && second > 0x8F))
            return i;
        for (size_t k = 2; k < length; k++)
            if (!continues(p, i + k, count)) return i;
        i += length;
    }
    return count;
}
