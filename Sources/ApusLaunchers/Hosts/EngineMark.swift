// Part of Apus, Apache-2.0. See LICENSE.

/// Lines that a start of engines writes among whatever else a shell, a banner or an engine writes: they begin with a word
/// that is new for each start.
///
/// What is not such a line is never read for anything but error messages.
package struct EngineMark: Sendable, Hashable {
  /// What a line says.
  package enum News: Sendable, Hashable {
    /// The engine with this number, from 0 on, has this process on this host, and goes on to become the engine.
    case started(Int, process: Int, host: String)
    case ended(Int, status: Int)
  }

  package let word: String

  package init(_ word: String) { self.word = word }

  /// A command of the shell that says that the process with the number `$K` (from `first` on) starts, and becomes the engine.
  package func starting(_ engine: [String], first: Int) -> String {
    let words = engine.map(Self.quoted).joined(separator: " ")
    // HTCondor would take $(…) for its own.
    let number = first == 0 ? "$K" : "$((K - \(first)))"
    return
      "printf '\\n%s %s %s %s\\n' \(word) \"\(number)\" \"$$\" \"`uname -n`\"; exec \(words)"
  }

  /// Commands of the shell that run the engine `$K`, pass the words of a scheduler on to it, and say that it starts and how it
  /// ended.
  ///
  /// - Parameter passesWarnings: whether the engine knows what a warning means.
  func supervising(_ engine: [String], first: Int, passesWarnings: Bool) -> String {
    """
    APUS_JOB=1; export K APUS_JOB; e=; told=
    tell() { [ -z "$e" ] || kill -"$1" "$e" 2>/dev/null; }
    trap 'told=143; tell TERM' TERM
    trap '\(passesWarnings ? "tell USR1" : ":")' USR1
    trap '\(passesWarnings ? "tell USR1" : "told=143; tell TERM")' USR2
    sh -c \(Self.quoted(starting(engine, first: first))) </dev/null & e=$!
    wait "$e"; s=$?
    while kill -0 "$e" 2>/dev/null; do wait "$e"; s=$?; done
    s=${told:-$s}
    \(first == 0 ? "" : "K=$((K - \(first))); ")\(ending)
    exit "$s"
    """
  }

  /// A command of the shell that says how the engine `$K` ended, whose status is `$s`.
  var ending: String { "printf '\\n%s %s ended %s\\n' \(word) \"$K\" \"$s\"" }

  /// Reads a line; nil if it is something else.
  package func read(_ line: Substring) -> News? {
    let words = line.split(separator: " ")
    guard words.count == 4, words[0] == word, let number = Int(words[1]) else { return nil }
    if words[2] == "ended" { return Int(words[3]).map { .ended(number, status: $0) } }
    return Int(words[2]).map { .started(number, process: $0, host: String(words[3])) }
  }

  /// A word for the shell, whatever is in it.
  package static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      byte.isASCIILetterOrDigit || "-_./=:,+@%".utf8.contains(byte)
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}

extension UInt8 {
  fileprivate var isASCIILetterOrDigit: Bool {
    (48...57).contains(self) || (65...90).contains(self) || (97...122).contains(self)
  }
}
