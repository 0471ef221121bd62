#include "CByteScan.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Swift's ShortDecimal and KeyDictionary say the same one text at a time; the tests hold them equal.

typedef struct {
    const uint8_t *start;
    int32_t length;
} text;

int cbs_even(const uint8_t *bytes, const uint32_t *ends, size_t rows, size_t width, uint8_t line_end) {
    uint32_t difference = 0;
    // Without a way out of the loop: almost always there is none to take.
    for (size_t row = 0; row < rows; row++) difference |= bytes[ends[row * width + width - 1]] ^ line_end;
    return difference == 0;
}

// Both ends of a field in one load. A field that is not there ends before it begins: its length is below zero.
static inline __attribute__((always_inline)) text field(const cbs_fields *f, size_t row, int cut_cr) {
    uint32_t ends[2];
    memcpy(ends, f->ends + (ptrdiff_t)f->firsts[row] + (ptrdiff_t)f->column - 1, 8);
    text t = {f->bytes + ends[0] + 1, (int32_t)(ends[1] - ends[0] - 1)};
    if (cut_cr && t.length > 0 && t.start[t.length - 1] == '\r') t.length--;
    return t;
}

static inline __attribute__((always_inline)) uint64_t word_at(const uint8_t *p) {
    uint64_t word;
    memcpy(&word, p, 8);
    return word;
}

static const int64_t powers[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

// Mantissa · 8 + decimals, or -1; for lengths 1 to 8.
static inline __attribute__((always_inline)) int64_t short_decimal(uint64_t letters, int length, uint64_t marks) {
    const uint64_t zeros = 0x3030303030303030ull, low = 0x7F7F7F7F7F7F7F7Full, pairs = 0x000000FF000000FFull;
    const int unused = 64 - 8 * length;
    uint64_t word = letters << unused | (zeros >> 1) >> (63 - unused);
    int64_t decimals = 0;
    const uint64_t difference = word ^ marks;
    const uint64_t hits = ~(((difference & low) + low) | difference | low);
    if (hits) {
        const int at = __builtin_ctzll(hits) & ~7;
        const uint64_t below = (1ull << at) - 1;
        word = (word & ~below & ~(0xFFull << at)) | (word & below) << 8 | 0x30;
        decimals = 7 - (at >> 3);
        if (length == 1) return -1;
    }
    const uint64_t high = word & 0xF0F0F0F0F0F0F0F0ull, carried = (word + 0x0606060606060606ull) & 0xF0F0F0F0F0F0F0F0ull;
    if (high != zeros || carried != zeros) return -1;
    word -= zeros;
    word = word * 10 + (word >> 8);
    const uint64_t value = ((word & pairs) * 0x000F424000000064ull + (word >> 16 & pairs) * 0x0000271000000001ull) >> 32;
    return (int64_t)value * 8 + decimals;
}

static inline __attribute__((always_inline)) size_t decimals_words(
    const cbs_fields *f, size_t from, size_t to, uint8_t mark, int scale, int64_t *mantissas, uint8_t *missing,
    uint32_t *others, size_t *empty, uint64_t *largest, int cut_cr) {
    const uint64_t marks = mark * 0x0101010101010101ull;
    size_t count = 0, absent = 0;
    for (size_t row = from; row < to; row++) {
        const text t = field(f, row, cut_cr);
        mantissas[row] = 0;
        missing[row] = t.length <= 0;
        absent += t.length <= 0;
        if (t.length <= 0) continue;
        const int64_t packed = t.length <= 8 ? short_decimal(word_at(t.start), t.length, marks) : -1;
        const int up = scale - (int)(packed & 7);
        if (packed < 0 || up < 0) {
            others[count++] = (uint32_t)row;
            continue;
        }
        mantissas[row] = (packed >> 3) * powers[up];
        if ((uint64_t)mantissas[row] > *largest) *largest = (uint64_t)mantissas[row];
    }
    *empty += absent;
    return count;
}

static inline __attribute__((always_inline)) size_t codes_words(const cbs_fields *f, size_t from, size_t to,
                                                               const cbs_slot *slots, uint32_t shift, uint32_t *codes,
                                                               uint32_t *others, int cut_cr) {
    const size_t mask = ((size_t)1 << (64 - shift)) - 1;
    size_t count = 0;
    for (size_t row = from; row < to; row++) {
        const text t = field(f, row, cut_cr);
        const uint32_t length = t.length > 0 ? (uint32_t)t.length : 0;
        uint64_t head = word_at(t.start);
        if (length > 8 || (head & 0xFF) == '"') {
            others[count++] = (uint32_t)row;
            continue;
        }
        // A shift by 64 is undefined, so the two halves of it are taken apart.
        head &= length ? ~0ull >> (64 - 8 * length) : 0;
        size_t at = cbs_place(head, length, shift);
        while (slots[at].next && (slots[at].head != head || slots[at].length != length)) at = (at + 1) & mask;
        if (slots[at].next) codes[row] = slots[at].next - 1;
        else others[count++] = (uint32_t)row;
    }
    return count;
}

static inline __attribute__((always_inline)) size_t few_words(const cbs_fields *f, size_t from, size_t to,
                                                             const uint64_t *texts, size_t count, uint32_t *codes,
                                                             uint32_t *others, int cut_cr) {
    size_t left = 0;
    for (size_t row = from; row < to; row++) {
        const text t = field(f, row, cut_cr);
        const uint64_t length = t.length > 0 ? (uint64_t)t.length : 0;
        size_t code = count;
        if (length < 8) {
            const uint64_t word = (length ? word_at(t.start) & ~0ull >> (64 - 8 * length) : 0) | length << 56;
            for (code = 0; code < count && texts[code] != word;) code++;
        }
        codes[row] = (uint32_t)code;
        if (code == count) others[left++] = (uint32_t)row;
    }
    return left;
}

#if defined(__x86_64__)
#define BMI2 __attribute__((target("bmi,bmi2,lzcnt,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,bmi,bmi2,popcnt")))

BMI2 static size_t codes_bmi2(const cbs_fields *f, size_t from, size_t to, const cbs_slot *slots, uint32_t shift,
                              uint32_t *codes, uint32_t *others) {
    return f->cut_cr ? codes_words(f, from, to, slots, shift, codes, others, 1)
                     : codes_words(f, from, to, slots, shift, codes, others, 0);
}

// Eight words as `short_decimal` takes them one by one. `unused` is 64 - 8 · length, so from 64 on the field is empty and
// below 0 it is too long.
AVX512 static inline __attribute__((always_inline)) __m512i eight_decimals(__m512i letters, __m512i unused,
                                                                          __m512i marks, int scale, __m512i factors,
                                                                          __mmask8 *empty, __mmask8 *other) {
    const __m512i zeros = _mm512_set1_epi8('0');
    __m512i word = _mm512_or_si512(_mm512_sllv_epi64(letters, unused),
                                   _mm512_srlv_epi64(zeros, _mm512_sub_epi64(_mm512_set1_epi64(64), unused)));
    __m512i decimals = _mm512_setzero_si512();
    *empty = _mm512_cmpgt_epi64_mask(unused, _mm512_set1_epi64(63));
    __mmask8 bad = _mm512_cmplt_epi64_mask(unused, _mm512_setzero_si512());
    const __mmask64 hits = _mm512_cmpeq_epi8_mask(word, marks);
    if (hits) {
        const __m512i hit = _mm512_maskz_set1_epi8(hits, (char)0x80);
        const __mmask8 has = _mm512_test_epi64_mask(hit, hit);
        // Ones in the bytes below the mark: those below its lowest bit, less the seven of its own byte.
        const __m512i below =
            _mm512_srli_epi64(_mm512_andnot_si512(hit, _mm512_sub_epi64(hit, _mm512_set1_epi64(1))), 7);
        const __m512i upto = _mm512_or_si512(_mm512_slli_epi64(below, 8), _mm512_set1_epi64(0xFF));
        const __m512i moved =
            _mm512_or_si512(_mm512_slli_epi64(_mm512_and_si512(word, below), 8), _mm512_set1_epi64('0'));
        word = _mm512_mask_or_epi64(word, has, _mm512_andnot_si512(upto, word), moved);
        decimals =
            _mm512_maskz_sub_epi64(has, _mm512_srli_epi64(_mm512_lzcnt_epi64(below), 3), _mm512_set1_epi64(1));
        bad |= has & _mm512_cmpeq_epi64_mask(unused, _mm512_set1_epi64(56));
    }
    const __m512i digits = _mm512_sub_epi8(word, zeros);
    const __m512i notDigits = _mm512_movm_epi8(_mm512_cmpgt_epu8_mask(digits, _mm512_set1_epi8(9)));
    bad |= _mm512_test_epi64_mask(notDigits, notDigits);
    bad |= _mm512_cmpgt_epi64_mask(decimals, _mm512_set1_epi64(scale));
    *other = bad & ~*empty;
    const __m512i pairs = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010A));
    const __m512i fours = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00010064));
    const __m512i value = _mm512_add_epi64(_mm512_mul_epu32(fours, _mm512_set1_epi64(10000)), _mm512_srli_epi64(fours, 32));
    const __m512i scaled = _mm512_mullo_epi64(value, _mm512_permutexvar_epi64(decimals, factors));
    return _mm512_maskz_mov_epi64((__mmask8)~(*empty | bad), scaled);
}

typedef struct {
    uint64_t letters[64] __attribute__((aligned(64)));
    int64_t unused[64] __attribute__((aligned(64)));
} block;

// Up to 64 fields, filled up to eights with empty ones: gathered by plain loads, faster here than the gather instruction.
AVX512 static inline __attribute__((always_inline)) void gather(const cbs_fields *f, size_t start, size_t rows,
                                                               block *b, int cut_cr) {
    for (size_t k = 0; k < rows; k++) {
        const text t = field(f, start + k, cut_cr);
        b->letters[k] = word_at(t.start);
        b->unused[k] = 64 - 8 * (int64_t)t.length;
    }
    for (size_t k = rows; k % 8; k++) b->letters[k] = 0, b->unused[k] = 64;
}

// Each of eight words is compared with every text: of few texts that takes less than to find one's place.
AVX512 static inline __attribute__((always_inline)) size_t few_eights(const cbs_fields *f, size_t from, size_t to,
                                                                     const uint64_t *texts, size_t count,
                                                                     uint32_t *codes, uint32_t *others, int cut_cr) {
    block b;
    size_t left = 0;
    for (size_t start = from; start < to; start += 64) {
        const size_t rows = to - start < 64 ? to - start : 64;
        gather(f, start, rows, &b, cut_cr);
        for (size_t k = 0; k < rows; k += 8) {
            const __mmask8 valid = rows - k >= 8 ? 0xFF : (__mmask8)((1u << (rows - k)) - 1);
            // From 64 on the field is empty; a shift by so much gives 0, and so does one by less than 0, for long fields.
            const __m512i unused = _mm512_min_epi64(_mm512_load_si512(b.unused + k), _mm512_set1_epi64(64));
            const __m512i letters =
                _mm512_srlv_epi64(_mm512_sllv_epi64(_mm512_load_si512(b.letters + k), unused), unused);
            const __m512i length = _mm512_slli_epi64(_mm512_sub_epi64(_mm512_set1_epi64(64), unused), 53);
            const __m512i word = _mm512_or_si512(letters, length);
            // Eight bytes leave no room for their length.
            const __mmask8 is_short = _mm512_cmpgt_epi64_mask(unused, _mm512_setzero_si512());
            __mmask8 found = 0;
            __m512i code = _mm512_setzero_si512();
            for (size_t i = 0; i < count; i++) {
                const __mmask8 same = _mm512_mask_cmpeq_epi64_mask(is_short, word, _mm512_set1_epi64((int64_t)texts[i]));
                code = _mm512_mask_set1_epi64(code, same, (int64_t)i);
                found |= same;
            }
            _mm256_mask_storeu_epi32(codes + start + k, valid, _mm512_cvtepi64_epi32(code));
            for (__mmask8 other = valid & ~found; other; other &= other - 1)
                others[left++] = (uint32_t)(start + k + (size_t)__builtin_ctz(other));
        }
    }
    return left;
}

AVX512 static size_t few_avx512(const cbs_fields *f, size_t from, size_t to, const uint64_t *texts, size_t count,
                                uint32_t *codes, uint32_t *others) {
    return f->cut_cr ? few_eights(f, from, to, texts, count, codes, others, 1)
                     : few_eights(f, from, to, texts, count, codes, others, 0);
}

AVX512 static inline __attribute__((always_inline)) size_t decimals_eights(
    const cbs_fields *f, size_t from, size_t to, uint8_t mark, int scale, int64_t *mantissas, uint8_t *missing,
    uint32_t *others, size_t *empty, uint64_t *largest, int cut_cr) {
    block b;
    int64_t factors[8];
    for (int d = 0; d < 8; d++) factors[d] = d <= scale ? powers[scale - d] : 0;
    const __m512i factor = _mm512_loadu_si512(factors), marks = _mm512_set1_epi8((char)mark);
    __m512i most = _mm512_setzero_si512();
    size_t count = 0, absent = 0;
    for (size_t start = from; start < to; start += 64) {
        const size_t rows = to - start < 64 ? to - start : 64;
        gather(f, start, rows, &b, cut_cr);
        for (size_t k = 0; k < rows; k += 8) {
            const __mmask8 valid = rows - k >= 8 ? 0xFF : (__mmask8)((1u << (rows - k)) - 1);
            __mmask8 none, other;
            const __m512i value = eight_decimals(_mm512_load_si512(b.letters + k), _mm512_load_si512(b.unused + k), marks,
                                                 scale, factor, &none, &other);
            _mm512_mask_storeu_epi64(mantissas + start + k, valid, value);
            most = _mm512_max_epu64(most, value);
            none &= valid;
            _mm_mask_storeu_epi8(missing + start + k, valid, _mm_maskz_set1_epi8(none, 1));
            absent += (size_t)__builtin_popcount(none);
            for (other &= valid; other; other &= other - 1)
                others[count++] = (uint32_t)(start + k + (size_t)__builtin_ctz(other));
        }
    }
    *empty += absent;
    const uint64_t peak = _mm512_reduce_max_epu64(most);
    if (peak > *largest) *largest = peak;
    return count;
}

AVX512 static size_t decimals_avx512(const cbs_fields *f, size_t from, size_t to, uint8_t mark, int scale,
                                     int64_t *mantissas, uint8_t *missing, uint32_t *others, size_t *empty, uint64_t *largest) {
    return f->cut_cr ? decimals_eights(f, from, to, mark, scale, mantissas, missing, others, empty, largest, 1)
                     : decimals_eights(f, from, to, mark, scale, mantissas, missing, others, empty, largest, 0);
}
#endif

size_t cbs_decimals(int level, const cbs_fields *f, size_t from, size_t to, uint8_t mark, int scale, int64_t *mantissas,
                    uint8_t *missing, uint32_t *others, size_t *empty, uint64_t *largest) {
#if defined(__x86_64__)
    if (level == 3) return decimals_avx512(f, from, to, mark, scale, mantissas, missing, others, empty, largest);
#endif
    return f->cut_cr ? decimals_words(f, from, to, mark, scale, mantissas, missing, others, empty, largest, 1)
                     : decimals_words(f, from, to, mark, scale, mantissas, missing, others, empty, largest, 0);
}

size_t cbs_codes(int level, const cbs_fields *f, size_t from, size_t to, const cbs_slot *slots, uint32_t shift,
                 uint32_t *codes, uint32_t *others) {
#if defined(__x86_64__)
    if (level >= 2) return codes_bmi2(f, from, to, slots, shift, codes, others);
#endif
    return f->cut_cr ? codes_words(f, from, to, slots, shift, codes, others, 1)
                     : codes_words(f, from, to, slots, shift, codes, others, 0);
}

size_t cbs_few_codes(int level, const cbs_fields *f, size_t from, size_t to, const uint64_t *texts, size_t count,
                     uint32_t *codes, uint32_t *others) {
#if defined(__x86_64__)
    if (level == 3) return few_avx512(f, from, to, texts, count, codes, others);
#endif
    return f->cut_cr ? few_words(f, from, to, texts, count, codes, others, 1)
                     : few_words(f, from, to, texts, count, codes, others, 0);
}
