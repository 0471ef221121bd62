#pragma once
#include <cblas.h>

// Ends the threads that OpenBLAS starts when it is loaded; weak, since only a threaded build of it has them.
extern int blas_thread_shutdown_(void) __attribute__((weak));

// One thread for all calls to come. The idle ones look for work for some hundredths of a second, which would take a core from
// the reading of a file; so they are ended. The number comes first: setting it would start them again.
static inline void cob_use_one_thread(void) {
    openblas_set_num_threads(1);
    if (blas_thread_shutdown_) blas_thread_shutdown_();
}
