// Part of Apus, Apache-2.0. See LICENSE.

/// How a pool sleeps, as its shared word says.
enum PoolSleep: UInt64 {
  case awake
  /// For half a millisecond at most: workers that are busy need not wake it for each answer.
  case lightly
  /// Until the next answer.
  case soundly

  /// Microseconds for which answers may wait for others while the pool sleeps lightly.
  static let lightTime: Int64 = 500
}
