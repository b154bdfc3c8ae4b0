// Part of Apus, Apache-2.0. See LICENSE.
#define _GNU_SOURCE
#include "ApusWorkerSystem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <stdio_ext.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <linux/falloc.h>
#else
#include <libproc.h>
#include <mach-o/dyld.h>
#include <sys/event.h>
#include <sys/resource.h>
#endif

static int close_on_exec(int fd) {
  if (fd >= 0) fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

#if !defined(__linux__)
/// A file that has lost its name already.
static int nameless_file(void) {
  char path[] = "/tmp/apus." "XX" "XX" "XX";
  int fd = mkstemp(path);
  if (fd >= 0) unlink(path);
  return close_on_exec(fd);
}
#endif

int apus_memory(size_t bytes) {
#if defined(__linux__)
  int fd = memfd_create("apus-workers", MFD_CLOEXEC | MFD_ALLOW_SEALING);
#else
  int fd = nameless_file();
#endif
  if (fd < 0) return -1;
  if (ftruncate(fd, (off_t)bytes) == 0) {
#if defined(__linux__)
    // No process can take away what others have mapped.
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
#endif
    return fd;
  }
  close(fd);
  return -1;
}

void *apus_map(int memory, size_t bytes) {
  void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  return address == MAP_FAILED ? NULL : address;
}

void *apus_map_to_read(int memory, size_t bytes) {
  void *address = mmap(NULL, bytes, PROT_READ, MAP_SHARED, memory, 0);
  return address == MAP_FAILED ? NULL : address;
}

int apus_page_size(void) { return (int)sysconf(_SC_PAGESIZE); }

void *apus_map_behind_page(int memory, int64_t position, size_t bytes) {
  size_t page = (size_t)apus_page_size();
  char *address = mmap(NULL, page + bytes, PROT_READ, MAP_PRIVATE, memory, (off_t)(position - (int64_t)page));
  if (address == MAP_FAILED) return NULL;
  if (mprotect(address, page, PROT_READ | PROT_WRITE) == 0) return address + page;
  munmap(address, page + bytes);
  return NULL;
}

int apus_write_at(int file, const void *bytes, size_t count, int64_t position) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t written = pwrite(file, next, count, (off_t)position);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    next += written;
    position += written;
    count -= (size_t)written;
  }
  return 0;
}

void apus_close(int descriptor) { close(descriptor); }

int apus_resize(int memory, size_t bytes) { return ftruncate(memory, (off_t)bytes); }

void apus_unmap(void *address, size_t bytes) { munmap(address, bytes); }

int apus_output_file(void) {
#if defined(__linux__)
  int fd = memfd_create("apus-output", MFD_CLOEXEC);
#else
  int fd = nameless_file();
#endif
  if (fd >= 0) fcntl(fd, F_SETFL, O_APPEND);
  return fd;
}

void apus_discard(int file, int64_t start, int64_t count) {
#if defined(__linux__)
  if (count > 0) (void)fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, count);
#else
  (void)file, (void)start, (void)count;
#endif
}

int apus_bell(int ends[2]) {
#if defined(__linux__)
  ends[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  ends[1] = ends[0];
  return ends[0] < 0 ? -1 : 0;
#else
  if (pipe(ends) != 0) return -1;
  for (int i = 0; i < 2; i++) {
    close_on_exec(ends[i]);
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
  }
  return 0;
#endif
}

void apus_ring(int end) {
  uint64_t one = 1;
  ssize_t ignored = write(end, &one, sizeof one);
  (void)ignored;
}

void apus_silence(int end) {
  uint64_t rings[64];
  while (read(end, rings, sizeof rings) > 0) {
#if defined(__linux__)
    break;  // one read takes all
#endif
  }
}

/// Where descriptors go in the worker: those of the pool, then output and errors, then results and arrays.
static const int places[] = {
    APUS_WORKER_LIFELINE, APUS_WORKER_MEMORY, APUS_WORKER_BELL, APUS_WORKER_POOL_BELL, 1, 2, APUS_WORKER_RESULTS,
    APUS_WORKER_ARRAYS};

static int watch_process(int pid) {
#if defined(__linux__)
  return close_on_exec((int)syscall(SYS_pidfd_open, pid, 0));
#else
  int queue = kqueue();
  if (queue < 0) return -1;
  struct kevent event;
  EV_SET(&event, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
  kevent(queue, &event, 1, NULL, 0, NULL);
  return close_on_exec(queue);
#endif
}

int apus_start_worker(const char *program, char *const arguments[], char *const environment[],
                      const int descriptors[7], int *watch) {
  enum { OUTPUT = 4, RESULTS = 5, ARRAYS = 6, COUNT = 8 };
  static const int from[COUNT] = {0, 1, 2, 3, OUTPUT, OUTPUT, RESULTS, ARRAYS};
  int sources[COUNT];
  int count = descriptors[ARRAYS] >= 0 ? COUNT : COUNT - 1;
  // Out of the way of the places, so that no copy overwrites a source.
  for (int i = 0; i < count; i++) {
    sources[i] = fcntl(descriptors[from[i]], F_DUPFD_CLOEXEC, 64);
    if (sources[i] < 0) {
      // The limit of descriptors is below the lowest that was asked for.
      if (errno == EINVAL) errno = EMFILE;
      while (i-- > 0) close(sources[i]);
      return -1;
    }
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  for (int i = 0; i < count; i++) posix_spawn_file_actions_adddup2(&actions, sources[i], places[i]);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  // Whatever the program has left open is not the worker's.
  posix_spawn_file_actions_addclosefrom_np(&actions, APUS_WORKER_RESULTS + 1 + (count == COUNT));
#endif
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  int reset[] = {SIGPIPE, SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGCHLD};
  for (size_t i = 0; i < sizeof reset / sizeof *reset; i++) sigaddset(&defaults, reset[i]);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
#if !defined(__linux__)
  flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
  posix_spawnattr_setflags(&attributes, flags);
  pid_t pid = -1;
  int error = posix_spawn(&pid, program, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  for (int i = 0; i < count; i++) close(sources[i]);
  if (error != 0) {
    errno = error;
    return -1;
  }
  *watch = watch_process(pid);
  return pid;
}

int apus_start_command(char *const words[], char *const environment[], int output, int *watch) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#if !defined(__linux__)
  flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
  posix_spawn_file_actions_addinherit_np(&actions, 2);
#endif
  posix_spawnattr_setflags(&attributes, flags);
  pid_t pid = -1;
  int error = posix_spawnp(&pid, words[0], &actions, &attributes, words, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    errno = error;
    return -1;
  }
  *watch = watch_process(pid);
  return pid;
}

int apus_wait(const int *descriptors, int count, int64_t microseconds) {
  struct pollfd few[64];
  struct pollfd *waits = few;
  if (count > 64) {
    waits = calloc((size_t)count, sizeof *waits);
    if (!waits) return -1;
  }
  for (int i = 0; i < count; i++) waits[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
  int ready;
#if defined(__linux__)
  struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
  ready = ppoll(waits, (nfds_t)count, microseconds < 0 ? NULL : &time, NULL);
#else
  ready = poll(waits, (nfds_t)count, microseconds < 0 ? -1 : (int)((microseconds + 999) / 1000));
#endif
  if (waits != few) free(waits);
  return ready < 0 && errno == EINTR ? 0 : ready;
}

int apus_reap(int pid) {
  siginfo_t info = {0};
  // Somebody else may have reaped it, or the system does so itself where SIGCHLD is ignored.
  if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return errno == ECHILD ? -2 : -1;
  if (info.si_pid != pid) return -1;
  // While the process is not reaped its number is still its group's: what it has started ends with it.
  kill(-pid, SIGKILL);
  int status = 0;
  pid_t found;
  do found = waitpid(pid, &status, 0);
  while (found < 0 && errno == EINTR);
  return found == pid ? status : -2;
}

int apus_exit_code(int status) {
  if (WIFSIGNALED(status)) return -WTERMSIG(status);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

void apus_signal_group(int pid, int signal) { kill(-pid, signal); }

int apus_pipe(int ends[2]) {
#if defined(__linux__)
  return pipe2(ends, O_CLOEXEC);
#else
  if (pipe(ends) != 0) return -1;
  for (int i = 0; i < 2; i++) close_on_exec(ends[i]);
  return 0;
#endif
}

#if defined(__linux__)
/// The first bytes of a file as text.
static int read_text(const char *path, char *text, size_t bytes) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t count = read(fd, text, bytes - 1);
  close(fd);
  if (count < 0) return -1;
  text[count] = 0;
  return 0;
}
#endif

void apus_end_rest_of_group(void) {
#if defined(__linux__)
  DIR *all = opendir("/proc");
  if (!all) return;
  pid_t own = getpid(), group = getpgrp();
  for (struct dirent *entry; (entry = readdir(all));) {
    pid_t pid = (pid_t)atoi(entry->d_name);
    if (pid > 0 && pid != own && getpgid(pid) == group) kill(pid, SIGKILL);
  }
  closedir(all);
#else
  pid_t pids[1024];
  int bytes = proc_listpids(PROC_PGRP_ONLY, (uint32_t)getpgrp(), pids, sizeof pids);
  for (int i = 0; i < bytes / (int)sizeof *pids; i++)
    if (pids[i] > 0 && pids[i] != getpid()) kill(pids[i], SIGKILL);
#endif
}

#if defined(__linux__)
static int64_t memory_of_one(int pid) {
  char path[48], text[128];
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  long long total, resident, shared;
  if (read_text(path, text, sizeof text) != 0) return -1;
  if (sscanf(text, "%lld %lld %lld", &total, &resident, &shared) != 3) return -1;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

/// The memory of what the threads of a process have started, and so on.
static int64_t memory_of_children(int pid, int depth) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *threads = depth > 0 ? opendir(path) : NULL;
  if (!threads) return 0;
  int64_t sum = 0;
  for (struct dirent *thread; (thread = readdir(threads));) {
    char file[sizeof path + 300], children[4096];
    if (thread->d_name[0] == '.') continue;
    snprintf(file, sizeof file, "%s/%s/children", path, thread->d_name);
    if (read_text(file, children, sizeof children) != 0) continue;
    // The last number may be cut.
    size_t length = strlen(children);
    if (length == sizeof children - 1)
      while (length > 0 && children[length - 1] != ' ') children[--length] = 0;
    char *rest = NULL;
    for (char *word = strtok_r(children, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
      int child = atoi(word);
      int64_t own = memory_of_one(child);
      if (own > 0) sum += own;
      sum += memory_of_children(child, depth - 1);
    }
  }
  closedir(threads);
  return sum;
}
#endif

int64_t apus_memory_use(int pid) {
#if defined(__linux__)
  int64_t own = memory_of_one(pid);
  return own < 0 ? own : own + memory_of_children(pid, 16);
#else
  struct rusage_info_v2 usage;
  if (proc_pid_rusage(pid, RUSAGE_INFO_V2, (rusage_info_t *)&usage) != 0) return -1;
  return (int64_t)usage.ri_phys_footprint;
#endif
}

int64_t apus_kernel_kills(void) {
#if defined(__linux__)
  static const size_t size = 1 << 16;
  char *text = malloc(size);
  int64_t kills = -1;
  if (text && read_text("/proc/vmstat", text, size) == 0) {
    char *line = strstr(text, "\noom_kill ");
    if (line) kills = atoll(line + 10);
  }
  free(text);
  return kills;
#else
  return -1;
#endif
}

void apus_volunteer_for_memory_kill(void) {
#if defined(__linux__)
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t ignored = write(fd, "300", 3);
  (void)ignored;
  close(fd);
#endif
}

static void *wait_for_end(void *unused) {
  char byte;
  (void)unused;
  ssize_t count;
  do count = read(APUS_WORKER_LIFELINE, &byte, 1);
  while (count > 0 || (count < 0 && errno == EINTR));
  kill(0, SIGKILL);
  _exit(1);
}

int apus_watch_lifeline(void) {
  for (int fd = APUS_WORKER_LIFELINE; fd <= APUS_WORKER_ARRAYS; fd++) close_on_exec(fd);
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &old);
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 1 << 16);
  int error = pthread_create(&thread, &attributes, wait_for_end, NULL);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  errno = error;
  return error ? -1 : 0;
}

void apus_buffer_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

int apus_has_pending_output(void) {
#if defined(__linux__)
  return __fpending(stdout) > 0 || __fpending(stderr) > 0;
#else
  return 1;
#endif
}

void apus_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

int apus_own_program(char *path, size_t bytes) {
#if defined(__linux__)
  if (access("/proc/self/exe", X_OK) != 0) return -1;
  return snprintf(path, bytes, "/proc/self/exe") < (int)bytes ? 0 : -1;
#else
  uint32_t size = (uint32_t)bytes;
  return _NSGetExecutablePath(path, &size);
#endif
}
