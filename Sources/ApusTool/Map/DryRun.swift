// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers
import Foundation

/// The commands of a map as text that a shell runs in the same way.
struct DryRun {
  let command: CommandRun

  func print(_ arguments: some Sequence<[UInt8]>) throws {
    for (index, argument) in arguments.enumerated() {
      // With env no word is taken for a command of the shell itself.
      let variables =
        [Array("env".utf8)] + command.variables(argument, index, 1).map(Self.assignment)
      let words = try command.template.words(for: argument).map(ShellText.quoted)
      let line = Array((variables + words).joined(separator: Array(" ".utf8))) + Array("\n".utf8)
      guard try Terminal.put(Data(line)) else { return }
    }
  }

  /// NAME=value with the value quoted.
  private static func assignment(_ variable: [UInt8]) -> [UInt8] {
    let parts = variable.split(
      separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
    return parts[0] + [UInt8(ascii: "=")] + ShellText.quoted(Array(parts[1]))
  }
}
