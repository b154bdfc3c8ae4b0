// Part of Apus, Apache-2.0. See LICENSE.

/// A command with a place, `{}`, for an argument: a shell script, or words that run without a shell.
///
/// A script never contains the argument's text: `{}` becomes a variable, quoted as its place demands. So no argument is split,
/// dropped or run, whatever bytes it has.
package enum CommandTemplate: Codable, Sendable, Hashable {
  /// A script, and whether its argument must be a number.
  case script([UInt8], takesNumbers: Bool)
  case words([[UInt8]])
  /// The argument itself is the script.
  case argument

  /// The variable that holds the argument.
  package static let variable = "APUS_ARGUMENT"
  private static let mark = Array("{}".utf8)

  /// - Parameter words: one is a shell script, several are a program and its arguments; without `{}` the argument comes last.
  /// - Throws: an error that says why a script cannot be used.
  package init(_ words: [[UInt8]]) throws {
    switch words.count {
    case 0: self = .argument
    case 1 where words[0] == Self.mark: self = .argument
    case 1:
      let script = try ShellScript.with(Self.variable, for: words[0])
      self = .script(script.text, takesNumbers: script.takesNumbers)
    default:
      let hasMark = words.contains { Self.position(in: $0, from: 0) != nil }
      self = .words(hasMark ? words : words + [Self.mark])
    }
  }

  /// The program and its arguments.
  ///
  /// - Throws: an error for an argument that is no number where one must be.
  package func words(for argument: [UInt8]) throws -> [[UInt8]] {
    let shell = ["/bin/sh", "-c"].map { Array($0.utf8) }
    switch self {
    case .script(let script, let takesNumbers):
      if takesNumbers, Int(String(decoding: argument, as: UTF8.self)) == nil {
        throw StartFailure(description: "the argument stands in $(( )), but is no whole number")
      }
      return shell + [script]
    case .argument: return shell + [argument]
    case .words(let words): return words.map { Self.replacing($0, by: argument) }
    }
  }

  private static func position(in word: [UInt8], from start: Int) -> Int? {
    (start..<max(start, word.count - 1)).first { word[$0] == mark[0] && word[$0 + 1] == mark[1] }
  }

  private static func replacing(_ word: [UInt8], by argument: [UInt8]) -> [UInt8] {
    var replaced: [UInt8] = [], start = 0
    while let next = position(in: word, from: start) {
      replaced += word[start..<next] + argument
      start = next + mark.count
    }
    return replaced + word[start...]
  }
}

/// Text that a shell takes for one word, with these bytes.
package enum ShellText {
  /// - Parameter bytes: any but zero.
  package static func quoted(_ bytes: [UInt8]) -> [UInt8] {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-".utf8)
    if !bytes.isEmpty, bytes.allSatisfy(plain.contains) { return bytes }
    let quote = UInt8(ascii: "'")
    return [quote] + bytes.flatMap { $0 == quote ? Array(#"'\''"#.utf8) : [$0] } + [quote]
  }
}
