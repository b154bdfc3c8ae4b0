// Part of Apus, Apache-2.0. See LICENSE.

/// The command line of an engine, which takes the options of `ipengine`: `--name=value` or `--name value`.
package struct EngineArguments: Sendable {
  /// An option that makes no sense, in words for the user.
  package struct Problem: Error, CustomStringConvertible {
    package let description: String
  }

  /// Values by the names of options.
  package private(set) var values: [String: String] = [:]
  package private(set) var workers = 1
  package private(set) var number: Int?
  package private(set) var timeout: Duration?
  /// Whether the number is that of the process among those that MPI has started.
  package private(set) var isMPI = false
  package private(set) var wantsHelp = false
  package private(set) var wantsVersion = false
  /// What was given and is passed over, in words for the log.
  package private(set) var warnings: [String] = []

  private static let named: Set<String> = [
    "file", "profile", "profile-dir", "ipython-dir", "cluster-id", "location", "timeout", "workers",
    "id", "work-dir", "log-level", "user", "ident", "url", "ssh", "sshkey", "config", "log-url",
  ]
  private static let flags: Set<String> = [
    "debug", "quiet", "log-to-file", "init", "mpi", "secure", "no-secure",
  ]
  /// Options that an engine of Python needs and this one passes over.
  private static let withoutEffect: Set<String> = [
    "log-level", "user", "ident", "config", "log-url", "debug", "quiet", "log-to-file", "init",
    "secure", "no-secure",
  ]

  /// Parses the words that follow the name of the command.
  package init(_ words: [String]) throws(Problem) {
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "-h", "--help", "--help-all", "help":
        wantsHelp = true
        continue
      case "-V", "--version":
        wantsVersion = true
        continue
      case "-c", "-s":
        throw Problem(
          description: "\(word) names Python code, which a Swift engine cannot run; use ipengine")
      default: break
      }
      guard word.hasPrefix("--") else {
        throw Problem(description: "'\(word)' is not an option; options start with --")
      }
      try take(word.dropFirst(2), &rest)
    }
    try interpret()
  }

  private mutating func take(
    _ option: Substring, _ rest: inout ArraySlice<String>
  ) throws(Problem) {
    let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    if Self.withoutEffect.contains(name) || name.contains(".") {
      warnings.append("--\(name) has no effect on a Swift engine")
    }
    if parts.count == 1, Self.flags.contains(name) {
      if name == "mpi" { isMPI = true }
      return
    }
    guard Self.named.contains(name) || name.contains(".") else {
      throw Problem(description: "there is no option --\(name); --help shows them all")
    }
    guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
      throw Problem(description: "--\(name) needs a value")
    }
    values[name] = value
  }

  private mutating func interpret() throws(Problem) {
    if let text = values["workers"] {
      guard let count = Int(text), 1...1024 ~= count else {
        throw Problem(description: "--workers must be from 1 to 1024, not \(text)")
      }
      workers = count
    }
    if let text = values["id"] {
      guard let number = Int(text), number >= 0 else {
        throw Problem(description: "--id must be a number from 0 on, not \(text)")
      }
      self.number = number
    }
    if let text = values["timeout"] {
      guard let seconds = Double(text), seconds > 0, seconds < 1e9 else {
        throw Problem(description: "--timeout must be a number of seconds above 0, not \(text)")
      }
      timeout = .milliseconds(Int(seconds * 1000))
    }
    for name in ["url", "ssh", "sshkey"] where values[name] != nil {
      throw Problem(
        description:
          "--\(name) is not supported by a Swift engine: name the connection file with --file, and forward its ports with ssh -L"
      )
    }
  }
}
