// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

// Safety: None: these are the faults that the sanitizers must find.

/// Faults on purpose, which a sanitizer must report: otherwise its silence means nothing.
enum PlantedFaults {
  /// Two threads write to one variable.
  static func race() -> Int {
    nonisolated(unsafe) let counter = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    // Written by both threads, without a lock, on purpose.
    counter.initialize(to: 0)
    (0..<2).parallelForEach(workers: 2, chunk: 1) { _ in
      for _ in 0..<1_000_000 { counter.pointee += 1 }
    }
    return counter.pointee
  }

  /// Reads memory that was freed.
  static func useAfterFree() -> Int {
    let number = UnsafeMutablePointer<Int>.allocate(capacity: 8)
    number.initialize(repeating: 1, count: 8)
    number.deallocate()
    return number[3]
  }
}
