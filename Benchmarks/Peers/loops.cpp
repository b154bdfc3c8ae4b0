// Part of Apus, Apache-2.0. See LICENSE.
// The loops of Sources/Loops under OpenMP schedule(dynamic) and oneTBB: "name openmp tbb serial".
#include <oneapi/tbb.h>
#include <omp.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <numeric>
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

// Maps of items so small that the overhead shows: the time of one call, the mean of many.
template <class Item>
static void smallRow(const char *name, long count, int calls, Item item) {
  std::vector<uint64_t> serial(count), openmp(count), tbb(count);
  auto mean = [&](auto body) {
    return best(15, [&] { for (int c = 0; c < calls; c++) body(); }) / calls;
  };
  double s = mean([&] {
    for (long i = 0; i < count; i++) serial[i] = item(i);
    asm volatile("" : : "r"(serial.data()) : "memory");
  });
  double o = mean([&] {
#pragma omp parallel for schedule(dynamic)
    for (long i = 0; i < count; i++) openmp[i] = item(i);
  });
  double t = mean([&] {
    tbb.assign(count, 0);
    oneapi::tbb::parallel_for(0l, count, [&](long i) { tbb[i] = item(i); });
  });
  if (openmp != serial || tbb != serial) std::abort();
  std::printf("%s %.12f %.12f %.12f\n", name, o, t, s);
  std::fflush(stdout);
}

static void reduceRow(const char *name, long count) {
  std::vector<double> values(count);
  for (long i = 0; i < count; i++) values[i] = double(i % 1000) * 0.5;
  double serial = 0, openmp = 0, tbb = 0;
  double s = best(15, [&] { serial = std::accumulate(values.begin(), values.end(), 0.0); });
  double o = best(15, [&] {
    double sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (long i = 0; i < count; i++) sum += values[i];
    openmp = sum;
  });
  double t = best(15, [&] {
    tbb = oneapi::tbb::parallel_reduce(
        oneapi::tbb::blocked_range<long>(0, count), 0.0,
        [&](const oneapi::tbb::blocked_range<long> &r, double sum) {
          for (long i = r.begin(); i < r.end(); i++) sum += values[i];
          return sum;
        },
        std::plus<double>());
  });
  if (openmp != serial || tbb != serial) std::abort();
  std::printf("%s %.9f %.9f %.9f\n", name, o, t, s);
  std::fflush(stdout);
}

// A recursion with two branches: each node is one call of parallel_invoke, or one OpenMP task. Seconds a node.
static long fibonacci(long n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
static long tbbFibonacci(long n) {
  if (n < 2) return n;
  long a, b;
  oneapi::tbb::parallel_invoke([&] { a = tbbFibonacci(n - 1); }, [&] { b = tbbFibonacci(n - 2); });
  return a + b;
}
static long openmpFibonacci(long n) {
  if (n < 2) return n;
  long a, b;
#pragma omp task shared(a)
  a = openmpFibonacci(n - 1);
  b = openmpFibonacci(n - 2);
#pragma omp taskwait
  return a + b;
}
static void recursionRow(const char *name, long n) {
  double nodes = double(fibonacci(n + 1)) - 1;
  long serial = 0, openmp = 0, tbb = 0;
  volatile long order = n;
  double s = best(5, [&] { serial = fibonacci(order); });
  double o = best(3, [&] {
#pragma omp parallel
#pragma omp single
    openmp = openmpFibonacci(order);
  });
  double t = best(5, [&] { tbb = tbbFibonacci(order); });
  if (openmp != serial || tbb != serial) std::abort();
  std::printf("%s %.12f %.12f %.12f\n", name, o / nodes, t / nodes, s / nodes);
  std::fflush(stdout);
}

int main() {
  row("million-20ns", 1000000, 15, [](long) { return 14l; });
  row("tenthousand-10us", 10000, 9, [](long) { return 3500l; });
  row("hundred-10ms", 100, 5, [](long) { return 3500000l; });
  row("skewed", 10000, 9, [](long i) { return i * 7 / 10; });
  smallRow("trivial-10000", 10000, 100, [](long i) { return uint64_t(i) * 3 + 1; });
  smallRow("160ns-2", 2, 5000, [](long i) { return work(i, 112); });
  smallRow("160ns-128", 128, 500, [](long i) { return work(i, 112); });
  reduceRow("reduce-10m", 10000000);
  recursionRow("join-node", 27);
}
