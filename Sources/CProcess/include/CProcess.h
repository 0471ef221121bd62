#pragma once

/// What ends the process early, besides the number of a signal.
enum { CPROCESS_NO_MEMORY = 0 };

/// Starts the thread that watches over the process: it calls `ended` with SIGINT, SIGTERM or CPROCESS_NO_MEMORY, which
/// must clean up and end the process. A closed pipe and a file over its limit become errors of the call that met them.
///
/// Where the system refuses the thread, signals end the process at once. An allocation that fails is written to standard
/// error in words (as JSON where asked for) before `ended` is called.
void cprocess_watch(void (*ended)(int reason), int writes_json);

/// Calls `tick` some five times a second on the watching thread, or, with NULL, no more.
void cprocess_tick(void (*tick)(void));

/// Memory that was freed is kept for what comes next: new pages of the system cost more than the work on a large array.
void cprocess_keep_memory(void);
