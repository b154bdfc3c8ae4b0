// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// What became of every task so far, in about four bytes each.
///
/// Clients number their messages, so the states of one client lie in pages of 1024; a name without a number
/// has a place of its own. What is longest ago is forgotten: tasks that depend on it are then refused as
/// unknown.
package struct TaskLedger: Sendable {
  package enum State: UInt32, Sendable { case unknown, pending, completed, failed }

  /// A task's state and the serial number of the engine on which it ended, 0 if on none.
  package struct Entry: Sendable, Hashable {
    package var state: State
    package var engine: UInt32
  }

  /// The most pages: 4 million tasks in 16 MB.
  package static let mostPages = 4096
  /// The most names without numbers.
  package static let mostOthers = 65_536
  private static let pageSize = 1024

  private struct PageKey: Hashable {
    let prefix: Int
    let page: Int
  }

  private var prefixes: [String: Int] = [:]
  private var prefixNames: [Int: String] = [:]
  private var pagesOfPrefix: [Int: Int] = [:]
  private var nextPrefix = 0
  private var last: (name: String, index: Int) = ("", -1)
  private var pages: [PageKey: [UInt32]] = [:]
  private var pageOrder = Queue<PageKey>()
  private var others: [String: UInt32] = [:]
  private var otherOrder = Queue<String>()

  package init() {}

  package subscript(_ id: MessageID) -> Entry {
    get {
      let word = read(id)
      return Entry(state: State(rawValue: word & 3) ?? .unknown, engine: word >> 2)
    }
    set { write(id, newValue.engine << 2 | newValue.state.rawValue) }
  }

  /// How many pages and names are kept.
  package var size: (pages: Int, others: Int) { (pages.count, others.count) }

  private func read(_ id: MessageID) -> UInt32 {
    guard let (prefix, number) = id.numbered else { return others[id.text] ?? 0 }
    guard let index = last.index >= 0 && last.name == prefix ? last.index : prefixes[String(prefix)]
    else { return 0 }
    let key = PageKey(prefix: index, page: number / Self.pageSize)
    return pages[key]?[number % Self.pageSize] ?? 0
  }

  private mutating func write(_ id: MessageID, _ word: UInt32) {
    guard let (prefix, number) = id.numbered else {
      writeOther(id.text, word)
      return
    }
    let index = prefixIndex(prefix)
    let key = PageKey(prefix: index, page: number / Self.pageSize)
    if pages[key] == nil {
      pages[key] = [UInt32](repeating: 0, count: Self.pageSize)
      pageOrder.append(key)
      pagesOfPrefix[index, default: 0] += 1
      forgetPages()
    }
    pages[key]?[number % Self.pageSize] = word
  }

  private mutating func writeOther(_ name: String, _ word: UInt32) {
    if others.updateValue(word, forKey: name) == nil {
      otherOrder.append(name)
      if others.count > Self.mostOthers, let oldest = otherOrder.popFirst() {
        others[oldest] = nil
      }
    }
  }

  /// The number of a prefix; the one that was asked for last is found without a copy of its text.
  private mutating func prefixIndex(_ prefix: Substring) -> Int {
    if last.index >= 0 && last.name == prefix { return last.index }
    let name = String(prefix)
    let index = prefixes[name] ?? nextPrefix
    last = (name, index)
    if index == nextPrefix {
      nextPrefix += 1
      prefixes[name] = index
      prefixNames[index] = name
    }
    return index
  }

  private mutating func forgetPages() {
    while pages.count > Self.mostPages, let oldest = pageOrder.popFirst() {
      pages[oldest] = nil
      let left = (pagesOfPrefix[oldest.prefix] ?? 1) - 1
      pagesOfPrefix[oldest.prefix] = left > 0 ? left : nil
      if left == 0, let name = prefixNames.removeValue(forKey: oldest.prefix) {
        prefixes[name] = nil
        if last.index == oldest.prefix { last = ("", -1) }
      }
    }
  }
}
