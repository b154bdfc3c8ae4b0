// Part of Apus, Apache-2.0. See LICENSE.

/// A shell script in which `{}` is replaced by a variable.
struct ShellScript {
  /// What surrounds a position of the script.
  private enum Context {
    case plain, single, double, parenthesis, arithmetic, backtick
  }

  private let variable: String
  private var contexts: [Context] = [.plain]
  private var output: [UInt8] = []
  private var hasReplaced = false

  /// The script with `{}` replaced; without one, the variable is its last word.
  static func with(_ variable: String, for script: [UInt8]) -> [UInt8] {
    var result = ShellScript(variable: variable)
    result.read(script)
    if !result.hasReplaced { result.output += Array(" \"${\(variable)}\"".utf8) }
    return result.output
  }

  private init(variable: String) { self.variable = variable }

  private var context: Context { contexts.last ?? .plain }

  private mutating func read(_ script: [UInt8]) {
    var position = 0
    while position < script.count {
      let byte = script[position]
      let next = position + 1 < script.count ? script[position + 1] : 0
      let previous = position > 0 ? script[position - 1] : 0
      if byte == UInt8(ascii: "{"), next == UInt8(ascii: "}") {
        replace()
        position += 2
      } else if byte == UInt8(ascii: "\\"), context != .single, position + 1 < script.count {
        output += [byte, next]
        position += 2
      } else {
        follow(byte, after: previous)
        output.append(byte)
        position += 1
      }
    }
  }

  /// Appends the variable so that it is one word, or a part of the word around it.
  private mutating func replace() {
    hasReplaced = true
    let text = "${\(variable)}"
    switch context {
    case .double, .arithmetic: output += Array(text.utf8)
    case .single: output += Array("'\"\(text)\"'".utf8)
    case .plain, .parenthesis, .backtick: output += Array("\"\(text)\"".utf8)
    }
  }

  /// Notes where quotes and substitutions begin and end.
  private mutating func follow(_ byte: UInt8, after previous: UInt8) {
    switch (byte, context) {
    case (UInt8(ascii: "'"), .single), (UInt8(ascii: "\""), .double),
      (UInt8(ascii: ")"), .parenthesis), (UInt8(ascii: ")"), .arithmetic),
      (UInt8(ascii: "`"), .backtick):
      contexts.removeLast()
    case (_, .single): break
    case (UInt8(ascii: "\""), _): contexts.append(.double)
    case (UInt8(ascii: "'"), .double): break
    case (UInt8(ascii: "'"), _): contexts.append(.single)
    case (UInt8(ascii: "`"), _): contexts.append(.backtick)
    case (UInt8(ascii: "("), let outer) where outer != .double || previous == UInt8(ascii: "$"):
      let isArithmetic = output.suffix(2).elementsEqual("$(".utf8) || outer == .arithmetic
      contexts.append(isArithmetic ? .arithmetic : .parenthesis)
    default: break
    }
  }
}
