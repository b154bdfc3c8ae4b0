// Part of Apus, Apache-2.0. See LICENSE.

/// A pattern with `*`, `?` and `[…]`, as Python's `fnmatch` has them.
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

  /// The set after its bracket, or nil if it does not end.
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

  /// Whether the whole text matches; in time that grows with the product of both lengths at most, and mostly with
  /// their sum: only the last `*` is ever taken back.
  func matches(_ text: String) -> Bool {
    let characters = Array(text)
    var (part, place) = (0, 0)
    var star: (part: Int, place: Int)?
    while place < characters.count {
      if part < parts.count, case .any = parts[part] {
        star = (part, place)
        part += 1
      } else if part < parts.count, accepts(parts[part], characters[place]) {
        part += 1
        place += 1
      } else if let last = star {
        star = (last.part, last.place + 1)
        (part, place) = (last.part + 1, last.place + 1)
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
