#include "CWideLoops.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

// Eight doubles; the compiler cuts them into the registers that there are.
typedef double lanes __attribute__((vector_size(64), aligned(8), may_alias));
typedef int64_t words __attribute__((vector_size(64), aligned(8), may_alias));

#define AT(p) (*(const lanes *)(p))
#define ALL(v) ((lanes){v, v, v, v, v, v, v, v})

// MARK: Signs

INLINE void add_signed(const double rows[16][8], const uint8_t *first, const uint8_t *second, size_t draws,
                       double (*sums)[8]) {
    // The sum of eight rows under each pattern of signs: that of the pattern with its lowest sign turned back, less that row
    // twice.
    double table[512][8] __attribute__((aligned(64)));
    for (size_t half = 0; half < 2; half++) {
        const double(*own)[8] = rows + 8 * half;
        double(*patterns)[8] = table + 256 * half;
        lanes whole = AT(own[0]);
        for (size_t r = 1; r < 8; r++) whole += AT(own[r]);
        *(lanes *)patterns[0] = whole;
        for (unsigned bits = 1; bits < 256; bits++)
            *(lanes *)patterns[bits] = AT(patterns[bits & (bits - 1)]) - 2.0 * AT(own[__builtin_ctz(bits)]);
    }
    for (size_t b = 0; b < draws; b++)
        *(lanes *)sums[b] = AT(sums[b]) + (AT(table[first[b]]) + AT(table[256 + second[b]]));
}

// MARK: Logit

// Rows whose errors, curvatures and columns stay in the first cache together.
enum { BLOCK = 512 };

INLINE double total(const double *part) {
    return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
}

INLINE double product(size_t n, const double *a, const double *b) {
    lanes sum = ALL(0.0);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) sum += AT(a + i) * AT(b + i);
    double part[8];
    memcpy(part, &sum, sizeof part);
    double rest = 0;
    for (; i < n; i++) rest += a[i] * b[i];
    return total(part) + rest;
}

// Adds X'diag(w)X of n rows, at most BLOCK, to the lower triangle.
INLINE void add_gram(size_t n, size_t m, size_t p, const double *x, const double *w, double *gram) {
    double weighted[BLOCK];
    for (size_t a = 0; a < p; a++) {
        const double *column = x + a * m;
        for (size_t i = 0; i < n; i++) weighted[i] = w[i] * column[i];
        for (size_t b = 0; b <= a; b++) gram[b * p + a] += product(n, weighted, x + b * m);
    }
}

INLINE void fill_upper(size_t p, double *gram) {
    for (size_t b = 0; b < p; b++)
        for (size_t a = b + 1; a < p; a++) gram[a * p + b] = gram[b * p + a];
}

INLINE void weighted_gram(size_t m, size_t p, const double *x, const double *w, double *gram) {
    memset(gram, 0, p * p * sizeof *gram);
    for (size_t from = 0; from < m; from += BLOCK)
        add_gram(m - from < BLOCK ? m - from : BLOCK, m, p, x + from, w + from, gram);
    fill_upper(p, gram);
}

// e^t of eight t <= 0: 2^k e^r with |r| <= ln 2 / 2, e^r by its series to the thirteenth power, beyond which nothing shows.
// Below -700 it stays at e^-700.
INLINE void exponential(double *value) {
    const double whole = 0x1.8p52;
    lanes t = AT(value);
    const words isFar = t < ALL(-700.0);
    t = (lanes)(((words)t & ~isFar) | ((words)ALL(-700.0) & isFar));
    const lanes shifted = t * 0x1.71547652b82fep0 + whole;
    const lanes k = shifted - whole;
    const lanes r = (t - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
    lanes s = r * (1.0 / 6227020800.0) + 1.0 / 479001600.0;
    s = s * r + 1.0 / 39916800.0;
    s = s * r + 1.0 / 3628800.0;
    s = s * r + 1.0 / 362880.0;
    s = s * r + 1.0 / 40320.0;
    s = s * r + 1.0 / 5040.0;
    s = s * r + 1.0 / 720.0;
    s = s * r + 1.0 / 120.0;
    s = s * r + 1.0 / 24.0;
    s = s * r + 1.0 / 6.0;
    s = s * r + 0.5;
    s = s * r + 1.0;
    s = s * r + 1.0;
    *(lanes *)value = (lanes)((words)s + ((words)shifted << 52));
}

INLINE void logit(size_t m, size_t p, const double *x, const double *beta, const double *y, const double *w,
                  double *line, double *fitted, double *score, double *information) {
    memset(score, 0, p * sizeof *score);
    memset(information, 0, p * p * sizeof *information);
    for (size_t from = 0; from < m; from += BLOCK) {
        const size_t n = m - from < BLOCK ? m - from : BLOCK;
        double error[BLOCK], curvature[BLOCK], tail[BLOCK];
        double *own = line + from;
        for (size_t i = 0; i < n; i++) own[i] = 0;
        for (size_t a = 0; a < p; a++)
            for (size_t i = 0; i < n; i++) own[i] += beta[a] * x[a * m + from + i];
        for (size_t i = 0; i < n; i++) tail[i] = own[i] < 0 ? own[i] : -own[i];
        for (size_t i = n; i % 8 != 0; i++) tail[i] = 0;
        for (size_t i = 0; i < n; i += 8) exponential(tail + i);
        for (size_t i = 0; i < n; i++) {
            const double larger = 1 / (1 + tail[i]);
            const double f = own[i] >= 0 ? larger : tail[i] * larger;
            fitted[from + i] = f;
            error[i] = w[from + i] * (y[from + i] - f);
            curvature[i] = w[from + i] * tail[i] * larger * larger;
        }
        for (size_t a = 0; a < p; a++) score[a] += product(n, error, x + a * m + from);
        add_gram(n, m, p, x + from, curvature, information);
    }
    fill_upper(p, information);
}

// MARK: Widths

#define SIGNED_ARGUMENTS const double rows[16][8], const uint8_t *first, const uint8_t *second, size_t draws, double (*sums)[8]
#define GRAM_ARGUMENTS size_t m, size_t p, const double *x, const double *w, double *gram
#define LOGIT_ARGUMENTS                                                                                                \
    size_t m, size_t p, const double *x, const double *beta, const double *y, const double *w, double *line,          \
        double *fitted, double *score, double *information

#if defined(__x86_64__)
// Registers of eight were slower than of four on the machines that were tried.
#define FOUR __attribute__((target("avx2,fma")))
FOUR static void add_signed_four(SIGNED_ARGUMENTS) { add_signed(rows, first, second, draws, sums); }
FOUR static void weighted_gram_four(GRAM_ARGUMENTS) { weighted_gram(m, p, x, w, gram); }
FOUR static void logit_four(LOGIT_ARGUMENTS) { logit(m, p, x, beta, y, w, line, fitted, score, information); }

static int has_four(void) {
    // 0 unknown, 1 no, 2 yes.
    static _Atomic int known;
    if (known == 0) {
        __builtin_cpu_init();
        known = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 2 : 1;
    }
    return known == 2;
}
#define WIDEST(function, ...)                                                                                          \
    if (has_four())                                                                                                    \
        function##_four(__VA_ARGS__);                                                                                  \
    else                                                                                                               \
        function(__VA_ARGS__);
#else
#define WIDEST(function, ...) function(__VA_ARGS__);
#endif

void cwl_add_signed(SIGNED_ARGUMENTS) { WIDEST(add_signed, rows, first, second, draws, sums) }
void cwl_weighted_gram(GRAM_ARGUMENTS) { WIDEST(weighted_gram, m, p, x, w, gram) }
void cwl_logit(LOGIT_ARGUMENTS) { WIDEST(logit, m, p, x, beta, y, w, line, fitted, score, information) }
