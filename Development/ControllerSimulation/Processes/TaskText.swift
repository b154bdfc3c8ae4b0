// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// What a task is given, and gives back.
enum TaskText {
  static func text(_ number: Int) -> String { "task \(number)" }

  static func bytes(_ number: Int) -> [UInt8] { Array(text(number).utf8) }

  /// The number of the task whose element ends with its text; nil if it does not.
  static func number(_ element: [UInt8]) -> Int? {
    let digits = element.reversed().prefix { (48...57).contains($0) }
    return digits.isEmpty ? nil : Int(String(decoding: digits.reversed(), as: UTF8.self))
  }

  /// The buffers of a call, as a client of Python makes them of a reference to the function and one argument.
  static func call(_ number: Int) -> [[UInt8]] { reference + result(number) }

  /// The buffers of the result of a call, as any engine makes them.
  static func result(_ number: Int) -> [[UInt8]] { CannedValue.buffers(of: .text(text(number))) }

  /// The buffers of a call before its argument.
  private static let reference = ApplyBuffers(referenced: Echo.name, [.text("")]).buffers.dropLast()
}
