// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

extension TaskScheduler {
  /// Whether a task in this state fulfils a dependency.
  private func satisfies(_ state: TaskOutcomes.State, for dependency: Dependency) -> Bool {
    (state == .completed && dependency.success) || (state == .failed && dependency.failure)
  }

  private func rulesOut(_ state: TaskOutcomes.State, _ dependency: Dependency) -> Bool {
    (state == .completed && !dependency.success) || (state == .failed && !dependency.failure)
  }

  /// Whether a dependency is met; an empty one always is.
  func isMet(_ dependency: Dependency) -> Bool {
    if dependency.isEmpty { return true }
    for id in dependency.ids {
      let isMet = satisfies(outcomes[id].state, for: dependency)
      if isMet != dependency.all { return isMet }
    }
    return dependency.all
  }

  /// Whether a dependency can no longer be met.
  ///
  /// - Parameter ended: the task that has ended since this was found out last; nil the first time.
  func isUnreachable(_ dependency: Dependency, since ended: TaskID?) -> Bool {
    if dependency.isEmpty { return false }
    if dependency.all, let ended {
      return dependency.ids.contains(ended) && rulesOut(outcomes[ended].state, dependency)
    }
    for id in dependency.ids {
      let isOut = rulesOut(outcomes[id].state, dependency)
      if isOut == dependency.all { return isOut }
    }
    return !dependency.all
  }

  /// Whether the tasks to follow ran on this engine.
  func isMet(_ follow: Dependency, on engine: UInt32) -> Bool {
    if follow.isEmpty { return true }
    for id in follow.ids {
      let entry = outcomes[id]
      let isMet = entry.engine == engine && satisfies(entry.state, for: follow)
      if isMet != follow.all { return isMet }
    }
    return follow.all
  }

  /// Whether tasks that must all be followed ran on different engines.
  func isSplit(_ follow: Dependency) -> Bool {
    guard follow.all else { return false }
    var ranOn: Set<UInt32> = []
    for id in follow.ids {
      let entry = outcomes[id]
      if entry.state == .completed || entry.state == .failed { ranOn.insert(entry.engine) }
    }
    return ranOn.count > 1
  }

  /// Whether all tasks to follow have ended, none of them on an engine that is still here.
  func isUnfollowable(_ follow: Dependency) -> Bool {
    let here = Set(engines.compactMap { $0 }.filter(\.isHere).map(\.serial))
    return follow.ids.allSatisfy { id in
      let entry = outcomes[id]
      return (entry.state == .completed || entry.state == .failed) && !here.contains(entry.engine)
    }
  }
}
