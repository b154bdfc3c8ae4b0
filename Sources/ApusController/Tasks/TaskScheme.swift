// Part of Apus, Apache-2.0. See LICENSE.

/// How the engine for a task is chosen among those that may take it.
package enum TaskScheme: String, Sendable, Hashable, CaseIterable {
  /// The engine with the fewest tasks; among equals the least recently used.
  case leastload
  /// The least recently used engine.
  case lru
  /// A random engine.
  case plainrandom
  /// Of two random engines the one with fewer tasks.
  case twobin
  /// Of two engines, drawn with weights that decrease with load, the one with fewer tasks.
  case weighted
  /// Each engine in turn, without dependencies, retries or a limit on the tasks at an engine.
  case pure

  var isRandom: Bool { self == .plainrandom || self == .twobin || self == .weighted }
}
