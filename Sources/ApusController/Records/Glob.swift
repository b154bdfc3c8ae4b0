// Part of Apus, Apache-2.0. See LICENSE.

/// A pattern with `*`, `?` and `[…]`, as in Python's `fnmatch`.
struct Glob {
  private enum Part {
    case any
    case one
    case character(Character)
    case set([ClosedRange<Character>], isNegated: Bool)
  }

  private let parts: [Part]

  init(_ pattern: String) {
    var parts: [Part] = []
    var rest = Array(pattern)[...]
    while let first = rest.popFirst() {
      switch first {
      case "*": parts.append(.any)
      case "?": parts.append(.one)
      case "[": parts.append(Self.set(&rest) ?? .character("["))
      default: parts.append(.character(first))
      }
    }
    self.parts = parts
  }

  /// Parses the set after its opening bracket; nil if it is not closed.
  private static func set(_ rest: inout ArraySlice<Character>) -> Part? {
    var inner = rest
    let isNegated = inner.first == "!"
    if isNegated { inner = inner.dropFirst() }
    guard let end = inner.dropFirst().firstIndex(of: "]") else { return nil }
    let members = Array(inner[inner.startIndex..<end])
    var ranges: [ClosedRange<Character>] = []
    var index = 0
    while index < members.count {
      if index + 2 < members.count, members[index + 1] == "-" {
        if members[index] <= members[index + 2] {
          ranges.append(members[index]...members[index + 2])
        }
        index += 3
      } else {
        ranges.append(members[index]...members[index])
        index += 1
      }
    }
    rest = rest[(end + 1)...]
    return .set(ranges, isNegated: isNegated)
  }

  /// Whether the whole text matches.
  ///
  /// Takes time proportional to the product of both lengths at worst, and usually to their sum, because
  /// matching backtracks only to the last `*`.
  func matches(_ text: String) -> Bool {
    let characters = Array(text)
    var (part, position) = (0, 0)
    var star: (part: Int, position: Int)?
    while position < characters.count {
      if part < parts.count, case .any = parts[part] {
        star = (part, position)
        part += 1
      } else if part < parts.count, accepts(parts[part], characters[position]) {
        part += 1
        position += 1
      } else if let last = star {
        star = (last.part, last.position + 1)
        (part, position) = (last.part + 1, last.position + 1)
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { if case .any = $0 { true } else { false } }
  }

  private func accepts(_ part: Part, _ character: Character) -> Bool {
    switch part {
    case .any, .one: true
    case .character(let wanted): wanted == character
    case .set(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
    }
  }
}
