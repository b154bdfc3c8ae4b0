// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Settings by class and trait, as IPython's programs have them: `IPController.ip`, `HeartMonitor.period`.
package struct TraitSettings: Sendable, Hashable {
  package private(set) var values: [String: JSONValue] = [:]
  /// Messages for the user about what was not understood.
  package var complaints: [String] = []

  package init() {}

  package subscript(_ name: String) -> JSONValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// Merges other settings into these; the others take precedence.
  package mutating func override(with other: TraitSettings) {
    values.merge(other.values) { $1 }
    complaints += other.complaints
  }

  /// Reads the JSON form: `{"IPController": {"ip": "*"}}`.
  package static func json(_ bytes: [UInt8], path: String) -> TraitSettings {
    var settings = TraitSettings()
    guard let classes = (try? JSONValue(bytes))?.object else {
      settings.complaints.append("\(path) is not a JSON object; it was ignored")
      return settings
    }
    for (name, traits) in classes {
      guard let traits = traits.object else {
        if name != "version" {
          settings.complaints.append("\(path): '\(name)' has no traits; it was ignored")
        }
        continue
      }
      for (trait, value) in traits { settings["\(name).\(trait)"] = value }
    }
    return settings
  }

  /// Reads the lines `c.Class.trait = literal` of a Python configuration file; other statements become
  /// complaints.
  package static func python(_ text: String, path: String) -> TraitSettings {
    var settings = TraitSettings()
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    var number = 0
    while let first = lines.popFirst() {
      number += 1
      var statement = String(first)
      let start = number
      if isIdle(statement) { continue }
      guard let (name, rest) = assignment(statement) else {
        settings.complaints.append(
          "\(path):\(start): only lines 'c.Class.trait = literal' are read; this one was ignored"
        )
        continue
      }
      statement = rest
      var value = PythonLiteral.value(statement)
      // A list may span several lines.
      while value == nil, opensMore(statement), let more = lines.popFirst() {
        number += 1
        statement += "\n" + more
        value = PythonLiteral.value(statement)
      }
      guard let value else {
        settings.complaints.append(
          "\(path):\(start): the value of c.\(name) is not a literal; it was ignored")
        continue
      }
      settings[name] = value
    }
    return settings
  }

  private static func isIdle(_ line: String) -> Bool {
    let words = line.drop { $0.isWhitespace }
    return words.isEmpty || words.first == "#" || words.hasPrefix("c = get_config()")
      || words.hasPrefix("import ") || words.hasPrefix("from ")
  }

  private static func opensMore(_ text: String) -> Bool {
    text.filter { "[({".contains($0) }.count > text.filter { "])}".contains($0) }.count
  }

  /// Splits `c.Class.trait = rest` into name and rest; nil for any other line.
  private static func assignment(_ line: String) -> (name: String, rest: String)? {
    guard line.hasPrefix("c."), let equals = line.firstIndex(of: "=") else { return nil }
    let name = line[line.index(line.startIndex, offsetBy: 2)..<equals].filter { $0 != " " }
    let parts = name.split(separator: ".")
    let isName =
      parts.count == 2
      && parts.allSatisfy { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
    return isName ? (String(name), String(line[line.index(after: equals)...])) : nil
  }
}
