#pragma once
// Tails and quantiles of the distributions that inference refers to, through Boost.Math.
// Every function returns NaN on a bad argument; no exception leaves this file's functions.
#ifdef __cplusplus
extern "C" {
#endif
/// P(T > x) for Student's t.
double cd_t_tail(double x, double df);
/// x with P(T > x) = p.
double cd_t_tail_quantile(double p, double df);
/// P(T > x) for T = (Z + delta)/sqrt(chi²/df).
double cd_noncentral_t_tail(double x, double df, double delta);
double cd_normal_tail(double x);
double cd_normal_tail_quantile(double p);
double cd_f_tail(double x, double df1, double df2);
double cd_f_tail_quantile(double p, double df1, double df2);
double cd_chi_squared_tail(double x, double df);
double cd_chi_squared_tail_quantile(double p, double df);
/// Owen's T: P(X > h, 0 < Y < aX) for independent standard normal X and Y.
double cd_owens_t(double h, double a);
#ifdef __cplusplus
}
#endif
