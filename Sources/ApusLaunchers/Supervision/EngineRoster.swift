// Part of Apus, Apache-2.0. See LICENSE.

/// Which engines of a start have begun, joined or ended, so that every missing one can be explained; a value without side effects.
package struct EngineRoster: Sendable {
  /// One engine that was asked for.
  package struct Slot: Sendable, Hashable {
    package let group: Int
    package let number: Int
    package fileprivate(set) var process: Int?
    package fileprivate(set) var host: String?
    package fileprivate(set) var status: Int?
    package fileprivate(set) var hasJoined = false
  }

  package private(set) var slots: [Slot] = []
  /// The groups none of whose engines can join any more.
  private var over: Set<Int> = []
  /// The number of engines that the controller has.
  package private(set) var joined = 0

  /// - Parameter counts: the number of engines of each group.
  package init(_ counts: [Int]) {
    for (group, count) in counts.enumerated() {
      slots += (0..<count).map { Slot(group: group, number: $0) }
    }
  }

  /// Notes what an engine's start has written.
  package mutating func heard(_ news: EngineMark.News, group: Int) {
    switch news {
    case .started(let number, let process, let host):
      change(group, number) { ($0.process, $0.host, $0.status) = (process, host, nil) }
    case .ended(let number, let status): change(group, number) { $0.status = status }
    }
  }

  /// Notes the process of a group's only engine.
  package mutating func started(_ group: Int, process: Int) {
    change(group, 0) { ($0.process, $0.status, $0.hasJoined) = (process, nil, false) }
    over.remove(group)
  }

  private mutating func change(_ group: Int, _ number: Int, _ body: (inout Slot) -> Void) {
    guard let place = slots.firstIndex(where: { $0.group == group && $0.number == number }) else {
      return
    }
    body(&slots[place])
  }

  /// Notes which engines the controller has, by the numbers of their processes as far as they are known.
  ///
  /// An engine that was started through another program has a process of another number; then only the number of engines counts.
  package mutating func heard(count: Int, processes: [Int]) {
    // Processes of several hosts may have the same number.
    var unseen = Dictionary(processes.map { ($0, 1) }, uniquingKeysWith: +)
    for place in slots.indices {
      let number = slots[place].process ?? 0
      let left = unseen[number] ?? 0
      slots[place].hasJoined = left > 0
      unseen[number] = left - 1
    }
    let known = slots.count { $0.hasJoined }
    joined = max(known, min(count, slots.count))
  }

  /// Notes that a group's command has ended, or its job is gone.
  package mutating func ended(group: Int) { over.insert(group) }

  /// The number of engines that have joined or may still join.
  package var possible: Int {
    let lost = slots.count { !$0.hasJoined && (over.contains($0.group) || $0.status != nil) }
    return max(joined, slots.count - lost)
  }

  /// Whether each engine has joined or cannot join any more.
  package var isSettled: Bool {
    slots.allSatisfy { $0.hasJoined || over.contains($0.group) || $0.status != nil }
  }

  /// The engines of a group that have not joined.
  package func missing(of group: Int) -> [Slot] {
    joined >= slots.count ? [] : slots.filter { $0.group == group && !$0.hasJoined }
  }
}
