// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

extension TaskScheduler {
  /// Whether a finished task counts for a dependency.
  private func counts(_ state: TaskLedger.State, for dependency: Dependency) -> Bool {
    (state == .completed && dependency.success) || (state == .failed && dependency.failure)
  }

  private func rulesOut(_ state: TaskLedger.State, _ dependency: Dependency) -> Bool {
    (state == .completed && !dependency.success) || (state == .failed && !dependency.failure)
  }

  /// Whether a dependency is fulfilled; none always is.
  func isMet(_ dependency: Dependency) -> Bool {
    if dependency.isEmpty { return true }
    for id in dependency.ids {
      let isMet = counts(ledger[id].state, for: dependency)
      if isMet != dependency.all { return isMet }
    }
    return dependency.all
  }

  /// Whether it can never be fulfilled any more.
  func isUnreachable(_ dependency: Dependency) -> Bool {
    if dependency.isEmpty { return false }
    for id in dependency.ids {
      let isOut = rulesOut(ledger[id].state, dependency)
      if isOut == dependency.all { return isOut }
    }
    return !dependency.all
  }

  /// Whether the tasks to follow have run on this engine.
  func isMet(_ follow: Dependency, on engine: UInt32) -> Bool {
    if follow.isEmpty { return true }
    for id in follow.ids {
      let entry = ledger[id]
      let isMet = entry.engine == engine && counts(entry.state, for: follow)
      if isMet != follow.all { return isMet }
    }
    return follow.all
  }

  /// Whether tasks that must all be followed have run on different engines.
  func isSplit(_ follow: Dependency) -> Bool {
    guard follow.all else { return false }
    var places: Set<UInt32> = []
    for id in follow.ids {
      let entry = ledger[id]
      if entry.state == .completed || entry.state == .failed { places.insert(entry.engine) }
    }
    return places.count > 1
  }

  /// Whether all tasks to follow have ended, and none of them on an engine that is here.
  func isStranded(_ follow: Dependency) -> Bool {
    let here = Set(engines.compactMap { $0 }.filter(\.isHere).map(\.serial))
    return follow.ids.allSatisfy { id in
      let entry = ledger[id]
      return (entry.state == .completed || entry.state == .failed) && !here.contains(entry.engine)
    }
  }
}
