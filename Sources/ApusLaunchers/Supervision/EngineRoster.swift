// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

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
    /// Whether the controller has had its process.
    package fileprivate(set) var wasSeen = false
    /// Whether the process that the controller has may be one of the same number on another host.
    fileprivate var mayBeAnother = false
    /// When it became clear that it is not there any more, though it had begun.
    package fileprivate(set) var lostAt: Instant?
    /// The number of the first engine in whose place it is; its own if it is none's.
    package fileprivate(set) var line: Int
  }

  package private(set) var slots: [Slot] = []
  /// The groups none of whose engines can join any more.
  private var over: Set<Int> = []
  /// The number of engines that the controller has.
  package private(set) var joined = 0

  /// - Parameter counts: the number of engines of each group.
  package init(_ counts: [Int]) {
    for (group, count) in counts.enumerated() {
      slots += (0..<count).map { Slot(group: group, number: $0, line: slots.count + $0) }
    }
  }

  /// Notes what an engine's start has written.
  package mutating func heard(_ news: EngineMark.News, group: Int) {
    switch news {
    case .started(let number, let process, let host):
      change(group, number) {
        ($0.process, $0.host, $0.status, $0.wasSeen) = (process, host, nil, false)
      }
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
    // Processes of several hosts may have the same number; those that have not said that they ended come first.
    var unseen = Dictionary(processes.map { ($0, 1) }, uniquingKeysWith: +)
    let order = slots.indices.filter { slots[$0].status == nil }
    for place in order + slots.indices.filter({ slots[$0].status != nil }) {
      let number = slots[place].process ?? 0
      let left = unseen[number] ?? 0
      slots[place].hasJoined = left > 0
      if left > 0 { slots[place].wasSeen = true }
      unseen[number] = left - 1
    }
    for place in slots.indices {
      let isShared = (unseen[slots[place].process ?? 0] ?? 0) < 0
      slots[place].mayBeAnother = isShared && slots[place].status == nil
    }
    let known = slots.count { $0.hasJoined }
    joined = max(known, min(count, slots.count))
  }

  /// Notes that a group's command has ended, or its job is gone.
  package mutating func ended(group: Int) { over.insert(group) }

  /// Whether a group's command has ended, or its job is gone.
  package func isOver(_ group: Int) -> Bool { over.contains(group) }

  /// The number of engines that have joined or may still join.
  package var possible: Int {
    let lost = slots.count { !$0.hasJoined && (over.contains($0.group) || $0.status != nil) }
    return max(joined, slots.count - lost)
  }

  // MARK: Replacement

  /// Notes when engines have gone that had begun, and finds those whose jobs have ended.
  ///
  /// An engine that has ended with status 0 was told to, by a client, and is not replaced. Nor is one that has never begun:
  /// whoever took its job out of the queue does not want it.
  ///
  /// - Parameter isGone: whether the scheduler has said, at that time or later, that it has an element no more; nil if it
  ///   cannot be told.
  /// - Returns: places of slots.
  package mutating func lost(
    now: Instant, isGone: (_ slot: Slot, _ since: Instant) -> Bool?
  ) -> [Int] {
    slots.indices.filter { place in
      let slot = slots[place]
      let isHere = slot.hasJoined && !slot.mayBeAnother
      guard !isHere, slot.process != nil, slot.status != 0 else {
        slots[place].lostAt = nil
        return false
      }
      let since = slot.lostAt ?? now
      slots[place].lostAt = since
      return isGone(slot, since) ?? (slot.status != nil)
    }
  }

  /// Forgets engines that were told to end, and have.
  package mutating func forgetReleased() {
    slots.removeAll { !$0.hasJoined && $0.process != nil && $0.status == 0 }
  }

  /// Forgets engines.
  package mutating func forget(_ places: [Int]) {
    let gone = Set(places)
    slots = slots.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
  }

  /// Takes the engines of a new group in, each in the place of an earlier one.
  package mutating func add(_ lines: [Int], group: Int) {
    slots += lines.enumerated().map { Slot(group: group, number: $0.offset, line: $0.element) }
    over.remove(group)
  }

  /// Numbers for the lines of new engines, which no other has.
  package func newLines(_ count: Int) -> [Int] {
    let used = Set(slots.map(\.line))
    return Array((0..<slots.count + count).lazy.filter { !used.contains($0) }.prefix(count))
  }

  /// The processes of its engines, as far as they are known.
  package var processes: Set<Int> { Set(slots.compactMap(\.process)) }

  /// The number of engines that have not joined yet.
  package var startingCount: Int {
    slots.count { !$0.hasJoined && !$0.wasSeen && $0.status == nil }
  }

  /// The number of groups of which no engine has begun.
  package var waitingGroups: Int {
    let begun = Set(slots.filter { $0.process != nil }.map(\.group))
    return Set(slots.map(\.group)).subtracting(begun).count
  }

  /// Whether a group has no engine of its own any more.
  package func isEmpty(_ group: Int) -> Bool { !slots.contains { $0.group == group } }

  /// Whether the log of a group may say something new: an engine has not begun, or may have ended.
  package func hasNews(of group: Int) -> Bool {
    slots.contains { $0.group == group && ($0.process == nil || isMissing($0)) }
  }

  /// Whether the scheduler is worth a question about a group: an engine of it is missing.
  package func isMissing(_ group: Int) -> Bool {
    slots.contains { $0.group == group && isMissing($0) }
  }

  /// An engine whose process has another number than its start said is missing only if the count says so.
  private func isMissing(_ slot: Slot) -> Bool {
    let isHere = slot.hasJoined && !slot.mayBeAnother
    return !isHere && (joined < slots.count || slot.wasSeen || slot.status != nil)
  }

  /// Whether an engine may still come.
  ///
  /// - Parameter isGone: whether the scheduler has said that it has an element no more; nil if it cannot be told.
  package func isAwaiting(isGone: (Slot) -> Bool?) -> Bool {
    slots.contains { slot in
      guard isMissing(slot), slot.status != 0, !over.contains(slot.group) else { return false }
      return !(isGone(slot) ?? (slot.status != nil))
    }
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
