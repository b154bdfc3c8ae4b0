// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A condition variable without state of its own, on which threads sleep until it is rung.
///
/// The condition is the caller's: a thread that makes it true rings afterwards. Both sides hold the
/// lock, so a ring between a sleeper's last check and its sleep cannot be missed.
final class WakeCondition: @unchecked Sendable {
  // Both pointers are constant and point to memory that never moves.

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

  /// Sleeps while `isQuiet` returns true, checking again after each ring.
  func wait(while isQuiet: () -> Bool) {
    pthread_mutex_lock(lock)
    while isQuiet() { pthread_cond_wait(condition, lock) }
    pthread_mutex_unlock(lock)
  }

  /// Wakes all sleepers.
  func notifyAll() {
    pthread_mutex_lock(lock)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(lock)
  }
}
