// Part of Apus, Apache-2.0. See LICENSE.
// The loops of Sources/Loops under OpenMP schedule(dynamic) and oneTBB: "name openmp tbb serial".
#include <oneapi/tbb.h>
#include <omp.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

static inline uint64_t work(uint64_t seed, long rounds) {
  uint64_t x = seed | 1;
  for (long i = 0; i < rounds; i++) {
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    x *= 0x2545F4914F6CDD1Dull;
  }
  return x;
}

template <class Body>
static double best(int repeats, Body body) {
  double least = 1e9;
  for (int i = 0; i < repeats; i++) {
    auto start = std::chrono::steady_clock::now();
    body();
    std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    if (time.count() < least) least = time.count();
  }
  return least;
}

template <class Rounds>
static void row(const char *name, long count, int repeats, Rounds rounds) {
  std::vector<uint64_t> serial, openmp, tbb;
  double s = best(repeats, [&] {
    serial.assign(count, 0);
    for (long i = 0; i < count; i++) serial[i] = work(i, rounds(i));
  });
  double o = best(repeats, [&] {
    openmp.assign(count, 0);
#pragma omp parallel for schedule(dynamic)
    for (long i = 0; i < count; i++) openmp[i] = work(i, rounds(i));
  });
  double t = best(repeats, [&] {
    tbb.assign(count, 0);
    oneapi::tbb::parallel_for(0l, count, [&](long i) { tbb[i] = work(i, rounds(i)); });
  });
  if (openmp != serial || tbb != serial) std::abort();
  std::printf("%s %.9f %.9f %.9f\n", name, o, t, s);
  std::fflush(stdout);
}

int main() {
  row("million-20ns", 1000000, 15, [](long) { return 14l; });
  row("tenthousand-10us", 10000, 9, [](long) { return 3500l; });
  row("hundred-10ms", 100, 5, [](long) { return 3500000l; });
  row("skewed", 10000, 9, [](long i) { return i * 7 / 10; });
}
