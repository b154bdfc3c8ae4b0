// Part of Apus, Apache-2.0. See LICENSE.

/// The settings in a configuration file of ppserver: sections in brackets, and lines `name = value`.
package struct ConfigurationText: Sendable {
  private var values: [String: String] = [:]

  /// The names that ppserver knows, by their sections.
  private static let known: [String: [String]] = [
    "general": ["secret", "debug", "workers", "proto", "restart", "pid_file", "format", "quiet"],
    "network": ["autodiscovery", "interface", "broadcast", "port", "timeout", "socket_timeout"],
  ]

  /// - Throws: ``JobServerError`` with the line that cannot be read, or is not known.
  package init(_ text: String) throws(JobServerError) {
    var section = ""
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let line = Self.trimmed(line)
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("["), line.hasSuffix("]") {
        section = Self.trimmed(line.dropFirst().dropLast()).lowercased()
        continue
      }
      guard let sign = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
        throw JobServerError("line \(number + 1) has no '=': \(line)")
      }
      let name = Self.trimmed(line[..<sign]).lowercased()
      guard Self.known[section]?.contains(name) ?? false else {
        throw JobServerError("line \(number + 1): there is no '\(name)' in [\(section)]")
      }
      values[name] = Self.unquoted(Self.trimmed(line[line.index(after: sign)...]))
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0.isWhitespace }
    return String(
      start[
        ..<(start.lastIndex { !$0.isWhitespace }.map { start.index(after: $0) } ?? start.startIndex)
      ])
  }

  private static func unquoted(_ text: String) -> String {
    for quote in ["'", "\""] where text.count > 1 && text.hasPrefix(quote) && text.hasSuffix(quote)
    {
      return String(text.dropFirst().dropLast())
    }
    return text
  }

  package func text(_ name: String) -> String? {
    values[name].flatMap { $0.isEmpty || $0 == "None" ? nil : $0 }
  }

  /// - Throws: ``JobServerError`` if it is no number.
  package func number(_ name: String) throws(JobServerError) -> Double? {
    guard let text = text(name) else { return nil }
    guard let number = Double(text), number.isFinite else {
      throw JobServerError("'\(name)' must be a number, not '\(text)'")
    }
    return number
  }

  /// - Throws: ``JobServerError`` if it is neither yes nor no.
  package func flag(_ name: String) throws(JobServerError) -> Bool? {
    guard let text = text(name) else { return nil }
    switch text.lowercased() {
    case "true", "yes", "on", "1": return true
    case "false", "no", "off", "0": return false
    default: throw JobServerError("'\(name)' must be True or False, not '\(text)'")
    }
  }
}
