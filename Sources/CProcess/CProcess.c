#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TICK_MILLISECONDS = 200, STACK_BYTES = 512 << 10, PATIENCE_SECONDS = 2, TICK_CHANGED = 255 };

static int pipe_ends[2] = {-1, -1};
static void (*end_callback)(int);
static _Atomic(void (*)(void)) tick_callback;
static int json_errors;

static void tell(unsigned char reason) {
    int before = errno;
    // A full pipe holds a reason already.
    if (write(pipe_ends[1], &reason, 1) < 0) errno = before;
}

static void on_signal(int number) { tell((unsigned char)number); }

static void *watch(void *unused) {
    (void)unused;
    for (;;) {
        struct pollfd told = {.fd = pipe_ends[0], .events = POLLIN};
        int ready = poll(&told, 1, atomic_load(&tick_callback) ? TICK_MILLISECONDS : -1);
        void (*tick)(void) = atomic_load(&tick_callback);
        unsigned char reason;
        if (ready > 0 && read(pipe_ends[0], &reason, 1) == 1) {
            if (reason != TICK_CHANGED) end_callback(reason);
        } else if (ready == 0 && tick) {
            tick();
        }
    }
    return NULL;
}

void cprocess_watch(void (*ended)(int), int writes_json) {
    end_callback = ended;
    json_errors = writes_json;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    int refused = pthread_create(&thread, &attributes, watch, NULL);
    pthread_attr_destroy(&attributes);
    if (refused) {
        close(pipe_ends[0]);
        close(pipe_ends[1]);
        pipe_ends[0] = pipe_ends[1] = -1;
        return;
    }
    // Whoever started the program may have blocked what it must hear.
    sigset_t heard;
    sigemptyset(&heard);
    sigaddset(&heard, SIGINT);
    sigaddset(&heard, SIGTERM);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    pthread_sigmask(SIG_UNBLOCK, &heard, NULL);
}

void cprocess_tick(void (*tick)(void)) {
    atomic_store(&tick_callback, tick);
    if (pipe_ends[1] >= 0) tell(TICK_CHANGED);
}

#if defined(__linux__) && defined(__GLIBC__)

// OpenBLAS makes its threads and reserves memory for each while it is loaded, before any code of the program runs, and ends
// the process by a signal where the system refuses them. It asks this function of its own for what OPENBLAS_NUM_THREADS
// says; a program's function of the same name comes before a library's. One thread: all parallel work is the program's own,
// over fixed pieces.
int openblas_num_threads_env(void) { return 1; }

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) && !__has_feature(memory_sanitizer)

// Code in Swift cannot meet a failed allocation: it traps. So the allocator itself ends the run in words.

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void no_memory(size_t bytes) {
    static atomic_flag told = ATOMIC_FLAG_INIT;
    if (end_callback == NULL) return;
    if (!atomic_flag_test_and_set(&told)) {
        char limit[96] = "";
        struct rlimit space;
        if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
            snprintf(limit, sizeof limit, ", over this process's limit of %.1f MB (ulimit -v)", (double)space.rlim_cur / 1e6);
        char text[512];
        const char *hint = "raise the limit, close other programs, or use fewer --threads";
        int length = snprintf(text, sizeof text,
            json_errors ? "{\"error\":{\"code\":\"E507\",\"message\":\"not enough memory: %.1f MB more were needed%s\","
                          "\"hint\":\"%s\"}}\n"
                        : "error: not enough memory: %.1f MB more were needed%s (E507)\n  hint: %s\n",
            (double)bytes / 1e6, limit, hint);
        if (write(2, text, (size_t)length) < 0) _exit(5);
        if (pipe_ends[1] < 0) _exit(5);
        tell(CPROCESS_NO_MEMORY);
    }
    // The watching thread ends the process, unless this thread holds what it needs.
    sleep(PATIENCE_SECONDS);
    _exit(5);
}

void *malloc(size_t bytes) {
    void *found = __libc_malloc(bytes);
    if (found == NULL) no_memory(bytes);
    return found;
}

void *calloc(size_t count, size_t bytes) {
    void *found = __libc_calloc(count, bytes);
    if (found == NULL) no_memory(count * bytes);
    return found;
}

void *realloc(void *old, size_t bytes) {
    void *found = __libc_realloc(old, bytes);
    if (found == NULL && bytes > 0) no_memory(bytes);
    return found;
}

int posix_memalign(void **found, size_t alignment, size_t bytes) {
    *found = __libc_memalign(alignment, bytes);
    if (*found == NULL) no_memory(bytes);
    return *found == NULL ? ENOMEM : 0;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    void *found = __libc_memalign(alignment, bytes);
    if (found == NULL) no_memory(bytes);
    return found;
}

#endif
#endif

#ifdef __GLIBC__
#include <malloc.h>

void cprocess_keep_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
}
#else
void cprocess_keep_memory(void) {}
#endif
