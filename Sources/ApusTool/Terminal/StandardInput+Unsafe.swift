// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

// Safety: Whole words are read within the bytes of the data.

/// Numbers read from standard input.
enum StandardInput {
  /// Reads `count` little-endian words.
  static func words(_ count: Int) throws -> [UInt32] {
    var data = Data()
    while data.count < 4 * count {
      guard let piece = try FileHandle.standardInput.read(upToCount: 4 * count - data.count),
        !piece.isEmpty
      else {
        throw ToolError.input(
          "Standard input ended after \(data.count) bytes; \(4 * count) are needed.")
      }
      data.append(piece)
    }
    return data.withUnsafeBytes { bytes in
      (0..<count).map {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
  }
}
