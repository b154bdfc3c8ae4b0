// Part of Apus, Apache-2.0. See LICENSE.
//
// What worker processes need of the operating system, and nothing else. All functions return -1, or NULL, and set errno if the
// system refuses. Descriptors are closed on exec unless a worker is started with them.
#pragma once
#include <stdint.h>
#include <stddef.h>

/// The descriptors that a worker finds when it starts.
enum {
  /// End of file here means that the pool is gone.
  APUS_WORKER_LIFELINE = 3,
  /// The pool's shared memory.
  APUS_WORKER_MEMORY = 4,
  /// The worker's own bell.
  APUS_WORKER_BELL = 5,
  /// The pool's bell.
  APUS_WORKER_POOL_BELL = 6,
  /// Where the worker places long arrays of its results.
  APUS_WORKER_RESULTS = 7,
  /// The arrays that the function has captured, if there are any.
  APUS_WORKER_ARRAYS = 8,
};

/// Unnamed memory of a size, which other processes can map; it vanishes with the last process that has it. Where the system can,
/// it grows but never shrinks, so that whoever has mapped it can read all of it.
int apus_memory(size_t bytes);
/// Maps it; NULL if the system refuses.
void *apus_map(int memory, size_t bytes);
/// The same, to read only.
void *apus_map_to_read(int memory, size_t bytes);
/// Maps bytes of it to read only, behind a page of this process's own; the position is a multiple of a page, and not 0. Returns
/// where the bytes begin; NULL if the system refuses.
void *apus_map_behind_page(int memory, int64_t position, size_t bytes);
/// The size of a page, in bytes.
int apus_page_size(void);
/// Writes all bytes at a position; closes a descriptor; gives such memory another size.
int apus_write_at(int file, const void *bytes, size_t count, int64_t position);
void apus_close(int descriptor);
int apus_resize(int memory, size_t bytes);
void apus_unmap(void *address, size_t bytes);
/// An unnamed file to which a worker's output is appended.
int apus_output_file(void);
/// Gives the pages of a part of such a file back to the system, where it can.
void apus_discard(int file, int64_t start, int64_t count);

/// A bell: once rung, it wakes those who wait until it is silenced. `ends` gets the end to wait on and the end to ring.
int apus_bell(int ends[2]);
void apus_ring(int end);
void apus_silence(int end);

/// A pipe; its reading end comes first.
int apus_pipe(int ends[2]);

/// Starts this program again as a worker, in a process group of its own.
///
/// `descriptors` are those for lifeline, memory, bell, pool's bell, output, results and arrays, or -1 for none of these. `watch`
/// gets a descriptor that can be waited on until the worker ends, or -1 where there is none.
int apus_start_worker(const char *program, char *const arguments[], char *const environment[],
                      const int descriptors[7], int *watch);
/// Starts another program, found on the PATH, in this process's group: its input is empty, its output goes to a descriptor, its
/// errors where this process's go. `watch` is as for a worker.
int apus_start_command(char *const words[], char *const environment[], int output, int *watch);
/// Waits until one of the descriptors is readable or `microseconds` have passed (-1: without limit); returns how many are.
int apus_wait(const int *descriptors, int count, int64_t microseconds);
/// The exit status of a worker that has ended, as waitpid gives it; -1 if it has not, -2 if it has and nobody knows how. Processes that it has started in its
/// group are ended.
int apus_reap(int pid);
/// Sends a signal to a worker's process group.
void apus_signal_group(int pid, int signal);
/// Ends all processes of this process's group but itself.
void apus_end_rest_of_group(void);
/// The private memory of a process and of what it has started in bytes, or -1.
int64_t apus_memory_use(int pid);
/// How often the kernel has killed processes for lack of memory, or -1 where it does not say.
int64_t apus_kernel_kills(void);
/// Asks the kernel to end this process rather than others if memory runs out.
void apus_volunteer_for_memory_kill(void);
/// Starts a thread that ends this process's group as soon as the lifeline ends.
int apus_watch_lifeline(void);
/// Lets the C library write each line as soon as it ends, though output goes to a file.
void apus_buffer_lines(void);
/// Whether the C library holds output that it has not written, or cannot say.
int apus_has_pending_output(void);
/// Tells the processor that a loop waits.
void apus_pause(void);
/// The path under which this program can be started again, or -1.
int apus_own_program(char *path, size_t bytes);
/// What a wait status says: an exit status, or the negative of a signal.
int apus_exit_code(int status);
