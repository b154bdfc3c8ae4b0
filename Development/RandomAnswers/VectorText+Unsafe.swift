// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

// Safety: Bytes are read from an array that lives through the closure.

extension VectorText {
  /// The bytes of doubles, lowest first on every platform.
  static func littleEndianBytes(_ values: [Double]) -> Data {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
  }
}
