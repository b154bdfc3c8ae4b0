// Part of Apus, Apache-2.0. See LICENSE.

/// A shell script in which `{}` is replaced by a variable.
///
/// It follows quotes, comments and substitutions. What it cannot follow, it refuses: a place that is misjudged could split an
/// argument.
struct ShellScript {
  /// Why a script is refused.
  struct Refused: Error, CustomStringConvertible {
    let description: String
  }

  /// What surrounds a position of the script.
  private enum Context {
    case plain, single, double, parenthesis, arithmetic, backtick, comment
  }

  private static let special = Set(";&|<>()#`\n{}".utf8)

  private let variable: String
  private var contexts: [Context] = [.plain]
  private var output: [UInt8] = []
  private var hasReplaced = false
  /// Whether it is one command without anything special outside of quotes.
  private var isSimple = true
  /// Whether an argument stands in arithmetic, where a shell would run more than numbers.
  private var takesNumbers = false

  /// The script with `{}` replaced; without one, the variable is the last word of a simple command.
  ///
  /// - Throws: ``Refused``.
  static func with(
    _ variable: String, for script: [UInt8]
  ) throws -> (text: [UInt8], takesNumbers: Bool) {
    var result = ShellScript(variable: variable)
    try result.read(script)
    guard result.context == .plain || result.context == .comment else {
      throw Refused(description: "A quotation mark or parenthesis of the command is not closed.")
    }
    if result.hasReplaced || contains(variable, in: script) {
      return (result.output, result.takesNumbers)
    }
    guard script.contains(where: { $0 > 32 }), result.isSimple else {
      throw Refused(
        description:
          "The command does not say where the argument goes: write {}, or several words, as in apus map wc -l ::: FILE."
      )
    }
    return (result.output + Array(" \"${\(variable)}\"".utf8), false)
  }

  private init(variable: String) { self.variable = variable }

  private static func contains(_ word: String, in script: [UInt8]) -> Bool {
    let word = Array(word.utf8)
    return script.indices.contains { script[$0...].starts(with: word) }
  }

  private var context: Context { contexts.last ?? .plain }

  private mutating func read(_ script: [UInt8]) throws {
    var position = 0
    // The byte before, if it was not escaped.
    var previous = UInt8(ascii: " ")
    while position < script.count {
      let byte = script[position]
      let next = position + 1 < script.count ? script[position + 1] : 0
      if byte == UInt8(ascii: "{"), next == UInt8(ascii: "}"), context != .comment {
        try check(script)
        replace()
        (position, previous) = (position + 2, next)
      } else if byte == UInt8(ascii: "\\"), context != .single, context != .comment,
        position + 1 < script.count
      {
        output += [byte, next]
        (position, previous) = (position + 2, 0)
      } else {
        if context == .plain, Self.special.contains(byte) { isSimple = false }
        follow(byte, after: previous)
        output.append(byte)
        (position, previous) = (position + 1, byte)
      }
    }
  }

  /// Refuses what is not followed, in scripts in which something is replaced.
  private func check(_ script: [UInt8]) throws {
    for word in ["<<", "esac"] where Self.contains(word, in: script) {
      throw Refused(
        description:
          "{} cannot stand in a command with \(word == "<<" ? "a here-document" : "case"): write \"$\(variable)\" in its place."
      )
    }
  }

  /// Appends the variable so that it is one word, or a part of the word around it.
  private mutating func replace() {
    hasReplaced = true
    let text = "${\(variable)}"
    switch context {
    case .double: output += Array(text.utf8)
    case .arithmetic:
      takesNumbers = true
      output += Array(text.utf8)
    case .single: output += Array("'\"\(text)\"'".utf8)
    case .plain, .parenthesis, .backtick, .comment: output += Array("\"\(text)\"".utf8)
    }
  }

  /// Notes where quotes, comments and substitutions begin and end.
  private mutating func follow(_ byte: UInt8, after previous: UInt8) {
    switch (byte, context) {
    case (UInt8(ascii: "'"), .single), (UInt8(ascii: "\""), .double),
      (UInt8(ascii: ")"), .parenthesis), (UInt8(ascii: ")"), .arithmetic),
      (UInt8(ascii: "`"), .backtick), (UInt8(ascii: "\n"), .comment):
      contexts.removeLast()
    case (_, .single), (_, .comment): break
    case (UInt8(ascii: "\""), _): contexts.append(.double)
    case (UInt8(ascii: "'"), .double): break
    case (UInt8(ascii: "'"), _): contexts.append(.single)
    case (UInt8(ascii: "`"), _): contexts.append(.backtick)
    case (UInt8(ascii: "#"), .plain), (UInt8(ascii: "#"), .parenthesis),
      (UInt8(ascii: "#"), .backtick):
      if " \t\n;&|(".utf8.contains(previous) { contexts.append(.comment) }
    case (UInt8(ascii: "("), let outer) where outer != .double || previous == UInt8(ascii: "$"):
      let isArithmetic =
        output.suffix(2).elementsEqual("$(".utf8)
        || (outer == .arithmetic && previous != UInt8(ascii: "$"))
      contexts.append(isArithmetic ? .arithmetic : .parenthesis)
    default: break
    }
  }
}
