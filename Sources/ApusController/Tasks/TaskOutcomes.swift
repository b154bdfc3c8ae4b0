// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// The outcome of every task so far, in about four bytes each.
///
/// Clients number their messages, so the outcomes of one client are kept in pages of 1024; an identifier without a
/// number has an entry of its own. The oldest are dropped first: tasks that depend on one of those, if it has ended, are
/// then refused as depending on an unknown task.
package struct TaskOutcomes: Sendable {
  package enum State: UInt32, Sendable { case unknown, pending, completed, failed }

  /// A task's state and the serial number of the engine that ran it; 0 if none did.
  package struct Entry: Sendable, Hashable {
    package var state: State
    package var engine: UInt32
  }

  /// The most pages: 4 million tasks in 16 MB.
  package static let maximumPages = 4096
  /// The most identifiers without numbers.
  package static let maximumOthers = 65_536
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

  /// The number of pages and of single entries.
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
      if others.count > Self.maximumOthers, let oldest = otherOrder.popFirst() {
        others[oldest] = nil
      }
    }
  }

  /// The index of a prefix; the one asked for last is found without copying its text.
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
    while pages.count > Self.maximumPages, let oldest = pageOrder.popFirst() {
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
