// Part of Apus, Apache-2.0. See LICENSE.
// The first process of the emulated machine: runs /program, sends what it prints and its exit status
// through the emulated parallel port, and switches the machine off.
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void send(const unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    outb(bytes[i], 0x378);
    outb(0x0d, 0x37a);
    outb(0x0c, 0x37a);
  }
}

static void power_off(void) {
  for (const char *word = "Shutdown"; *word; word++) outb((unsigned char)*word, 0x8900);
  for (;;) pause();
}

int main(void) {
  if (iopl(3)) perror("iopl");
  mkdir("/proc", 0755);
  mount("proc", "/proc", "proc", 0, "");
  int ends[2];
  if (pipe(ends)) power_off();
  pid_t child = fork();
  if (child == 0) {
    iopl(0);
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    execl("/program", "/program", (char *)NULL);
    perror("/program");
    _exit(127);
  }
  close(ends[1]);
  static unsigned char buffer[65536];
  ssize_t count;
  while ((count = read(ends[0], buffer, sizeof buffer)) > 0) send(buffer, (size_t)count);
  int status = 0;
  waitpid(child, &status, 0);
  char text[64];
  int length = snprintf(text, sizeof text, "\nexit status %d\n",
                        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  send((unsigned char *)text, (size_t)length);
  power_off();
}
