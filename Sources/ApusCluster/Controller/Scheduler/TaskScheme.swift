// Part of Apus, Apache-2.0. See LICENSE.

/// How the engine for a task is chosen among those that may take it.
package enum TaskScheme: String, Sendable, Hashable, CaseIterable {
  /// The one with the least tasks; of several the one that was given a task the longest ago.
  case leastload
  /// The one that was given a task the longest ago.
  case lru
  /// Any.
  case plainrandom
  /// The one with fewer tasks of two random ones.
  case twobin
  /// The one with fewer tasks of two that are drawn with weights that fall with the load.
  case weighted
  /// No scheduler: tasks are dealt out in turns, without dependencies and retries.
  case pure

  var isRandom: Bool { self == .plainrandom || self == .twobin || self == .weighted }
}
