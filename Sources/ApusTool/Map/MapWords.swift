// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// The words of `apus map` after its options: a command, and where its arguments come from.
struct MapWords {
  /// Where arguments come from.
  enum Source {
    case listed(MapArguments)
    /// A file with one in each line; `-` is the standard input.
    case file(String)
  }

  /// The command; empty if each argument is one.
  let command: [[UInt8]]
  let source: Source

  private static let list = Array(":::".utf8)
  private static let file = Array("::::".utf8)

  /// - Parameter isWatched: whether the standard input is a terminal, from which no arguments are read.
  /// - Throws: ``ToolError`` for two lists, or for none on a terminal.
  init(_ words: [[UInt8]], isWatched: Bool) throws {
    let marks = words.indices.filter { words[$0] == Self.list || words[$0] == Self.file }
    guard marks.count <= 1 else {
      throw ToolError.input("Arguments are given once, after one ::: or one ::::, not twice.")
    }
    guard let mark = marks.first else {
      command = words
      guard !isWatched else {
        throw ToolError.input(
          "Arguments are missing: give them after :::, a file of them after ::::, or lines on the standard input."
        )
      }
      source = .file("-")
      return
    }
    command = Array(words[..<mark])
    let rest = words[(mark + 1)...]
    if words[mark] == Self.file {
      guard rest.count == 1, let name = rest.first else {
        throw ToolError.input("One file follows ::::, not \(rest.count).")
      }
      source = .file(String(decoding: name, as: UTF8.self))
    } else {
      source = .listed(try Self.arguments(rest))
    }
  }

  private static func arguments(_ all: ArraySlice<[UInt8]>) throws -> MapArguments {
    var arguments = MapArguments()
    var words: [[UInt8]] = []
    for word in all {
      guard let numbers = try numbers(word) else {
        words.append(word)
        continue
      }
      arguments.append(words)
      arguments.append(numbers)
      words = []
    }
    arguments.append(words)
    return arguments
  }

  /// The numbers of a range such as 1..480; nil for any other word.
  private static func numbers(_ word: [UInt8]) throws -> ClosedRange<Int>? {
    let ends = String(decoding: word, as: UTF8.self).components(separatedBy: "..")
    guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]) else { return nil }
    let (distance, overflows) = last.subtractingReportingOverflow(first)
    guard first <= last, !overflows, distance < 1 << 31 else {
      throw ToolError.input(
        "A range ascends and has at most 2147483648 numbers, unlike \(ends[0])..\(ends[1]).")
    }
    return first...last
  }

  /// Whether arguments come from the standard input.
  var readsInput: Bool {
    if case .file("-") = source { true } else { false }
  }

  /// All arguments.
  ///
  /// - Parameter separator: what ends an argument in a file.
  func arguments(separator: UInt8) throws -> MapArguments {
    switch source {
    case .listed(let words): return words
    case .file(let path):
      var parts = try Self.bytes(path).split(
        separator: separator, omittingEmptySubsequences: false)
      if parts.last?.isEmpty == true { parts.removeLast() }
      return MapArguments(parts.map { Array($0) })
    }
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    do {
      let handle =
        path == "-"
        ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
      return Array(try handle.readToEnd() ?? Data())
    } catch {
      throw ToolError.input("\(path) cannot be read.")
    }
  }
}
