// Part of Apus, Apache-2.0. See LICENSE.
#if APUS_SANITIZED
  import ApusRandom

  /// See `SeenMutex`.
  typealias Mutex = SeenMutex
#endif
