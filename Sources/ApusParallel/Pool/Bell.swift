// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where threads sleep until somebody rings: a condition variable without a state of its own.
///
/// The condition is the caller's. Whoever makes it true rings afterwards; because both sides hold
/// the lock, a ring between a sleeper's last look and its sleep cannot be missed.
final class Bell: @unchecked Sendable {
  // Both pointers are constant and lead to allocated memory that never moves.

  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    #if canImport(Darwin)
      lock.initialize(to: pthread_mutex_t())
      condition.initialize(to: pthread_cond_t())
    #endif
    pthread_mutex_init(lock, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(lock)
    condition.deallocate()
    lock.deallocate()
  }

  /// Sleeps as long as `isQuiet` says so, looking again after each ring.
  func sleep(while isQuiet: () -> Bool) {
    pthread_mutex_lock(lock)
    while isQuiet() { pthread_cond_wait(condition, lock) }
    pthread_mutex_unlock(lock)
  }

  /// Wakes all sleepers.
  func ring() {
    pthread_mutex_lock(lock)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(lock)
  }
}
