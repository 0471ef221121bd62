#pragma once
// Inner loops over eight doubles at a time, as wide as the machine's registers are: sums under random signs, and the sums of
// a logit step. Which width runs never changes sums of signs; the logit's sums agree to rounding.
#include <stddef.h>
#include <stdint.h>

/// Adds to each of `draws` sums of eight columns the sixteen rows with their signs: row r < 8 counts negatively where bit r of
/// `first[draw]` is set, row 8 + r where bit r of `second[draw]` is.
void cwl_add_signed(const double rows[16][8], const uint8_t *first, const uint8_t *second, size_t draws,
                    double (*sums)[8]);

/// X'diag(w)X of a column-major m × p matrix, both triangles, into p × p.
void cwl_weighted_gram(size_t m, size_t p, const double *x, const double *w, double *gram);

/// One step of a logit with coefficients `beta`: line = Xb, fitted = 1/(1 + e^-line), score = X'(w(y - fitted)) and
/// information = X'diag(w fitted(1 - fitted))X.
void cwl_logit(size_t m, size_t p, const double *x, const double *beta, const double *y, const double *w, double *line,
               double *fitted, double *score, double *information);
