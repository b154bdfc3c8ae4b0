// Part of Apus, Apache-2.0. See LICENSE.

/// What the exit status of an engine says, beside success and failure; the numbers are those of sysexits.
package enum EngineExit {
  /// Its controller was silent for too long (EX_UNAVAILABLE): where a host was cut off, it may be reached again.
  package static let controllerGone: Int32 = 69
  /// It left before it was stopped, and another should take its place (EX_TEMPFAIL).
  package static let retired: Int32 = 75
}
