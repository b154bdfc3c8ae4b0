// Part of Apus, Apache-2.0. See LICENSE.
#if APUS_SANITIZED
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  // Safety: The lock and the value live as long as the object; the value is used under the lock only.

  /// A lock that ThreadSanitizer sees, in builds with a sanitizer: it does not know that of the standard library.
  ///
  /// Modules that use `Mutex` give it that name in such builds.
  package struct SeenMutex<Value>: ~Copyable, @unchecked Sendable {
    // Both pointers are constant; the lock protects the value.

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    package init(_ initial: sending Value) {
      pthread_mutex_init(lock, nil)
      value.initialize(to: initial)
    }

    deinit {
      value.deinitialize(count: 1)
      value.deallocate()
      pthread_mutex_destroy(lock)
      lock.deallocate()
    }

    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
      _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      pthread_mutex_lock(lock)
      defer { pthread_mutex_unlock(lock) }
      return try body(&value.pointee)
    }
  }
#endif
