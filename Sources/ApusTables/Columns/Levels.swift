// Part of Apus, Apache-2.0. See LICENSE.

/// Distinct texts, kept in one piece of memory.
///
/// A text is made a `String` when it is asked for. Texts are equal if their bytes are: unlike strings, which equal canonically
/// equivalent ones.
public struct Levels: Sendable {
  private enum Storage: Sendable {
    case packed(PackedTexts)
    /// Some of the texts of groups.
    case ordered(TextGroups, order: [Int32])
  }

  private let storage: Storage

  /// - Precondition: the texts are valid UTF-8 and distinct, and fewer than 2^31.
  init(_ texts: PackedTexts) { storage = .packed(texts) }

  /// - Parameter order: the positions of distinct texts.
  init(_ texts: TextGroups, order: [Int32]) { storage = .ordered(texts, order: order) }

  /// - Precondition: the texts are distinct, and fewer than 2^31.
  init(_ texts: some Sequence<String>) { self.init(PackedTexts(texts)) }

  /// The UTF-8 of a text.
  func utf8(_ index: Int) -> ArraySlice<UInt8> {
    switch storage {
    case .packed(let texts): texts[index]
    case .ordered(let texts, let order): texts.utf8(Int(order[index]))
    }
  }
}

extension Levels: RandomAccessCollection {
  /// The position of the first text.
  public var startIndex: Int { 0 }
  /// The number of texts.
  public var endIndex: Int {
    switch storage {
    case .packed(let texts): texts.count
    case .ordered(_, let order): order.count
    }
  }
  /// The text at a position.
  ///
  /// - Complexity: O(bytes of the text).
  public subscript(index: Int) -> String { String(decoding: utf8(index), as: UTF8.self) }
}

extension Levels: Hashable {
  /// Whether both have the same texts in the same order.
  public static func == (a: Levels, b: Levels) -> Bool {
    a.count == b.count && a.indices.allSatisfy { a.utf8($0).elementsEqual(b.utf8($0)) }
  }

  /// Feeds all texts to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for index in indices { hasher.combine(utf8(index)) }
  }
}

extension Levels: CustomStringConvertible {
  /// The texts as an array prints them; of more than twenty, the first and how many follow.
  public var description: String {
    count <= 20 ? "\(Array(self))" : "\(Array(prefix(20))) and \(count - 20) more"
  }
}
