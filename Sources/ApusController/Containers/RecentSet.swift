// Part of Apus, Apache-2.0. See LICENSE.

/// The elements that were inserted last, up to a limit; insertion and search take constant time.
package struct RecentSet<Element: Hashable> {
  private let limit: Int
  private var elements: Set<Element> = []
  private var order = Queue<Element>()

  package init(limit: Int) { self.limit = limit }

  package func contains(_ element: Element) -> Bool { elements.contains(element) }

  /// Inserts an element, for which the oldest one makes room.
  ///
  /// - Returns: whether it was missing.
  @discardableResult
  package mutating func insert(_ element: Element) -> Bool {
    guard elements.insert(element).inserted else { return false }
    order.append(element)
    if order.count > limit, let oldest = order.popFirst() { elements.remove(oldest) }
    return true
  }
}

extension RecentSet: Sendable where Element: Sendable {}
