// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// The text form of the vectors: integers in decimal, doubles and floats as bit patterns.
enum VectorText {
  static func text(_ value: Double) -> String { hex(value.bitPattern, digits: 16) }
  static func text(_ value: Float) -> String { hex(UInt64(value.bitPattern), digits: 8) }
  static func text<Value: FixedWidthInteger>(_ value: Value) -> String { "\(value)" }
  static func text(_ value: Bool) -> String { value ? "1" : "0" }

  static func hex(_ bits: UInt64, digits: Int) -> String {
    let text = String(bits, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }

  /// SHA-256 of the little-endian bytes, by the system's `sha256sum`.
  static func sha256(_ values: [Double]) throws -> String {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try littleEndianBytes(values).write(to: file)
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sha256sum", file.path]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return String(text.prefix(64))
  }
}
