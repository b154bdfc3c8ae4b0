// Part of Apus, Apache-2.0. See LICENSE.

/// The header of a NumPy `.npy` file: element type, byte order, storage order and shape.
struct NPYHeader: Sendable, Hashable {
  /// The kinds of elements that a matrix can be read from.
  enum Scalar: String, Sendable, CaseIterable {
    case f8, f4, i8, i4, i2, i1, u8, u4, u2, u1, b1

    var byteCount: Int { Int(rawValue.dropFirst()) ?? 1 }
  }

  var scalar: Scalar
  var isBigEndian = false
  var isColumnMajor: Bool
  var shape: [Int]

  private static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
  /// The longest header that is accepted; no array of numbers needs a longer one.
  private static let maximumBytes = 1 << 16

  /// The header in version 1.0, padded so that the elements begin at a multiple of 64 bytes.
  var bytes: [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let order = isColumnMajor ? "True" : "False"
    var text = "{'descr': '<\(scalar.rawValue)', 'fortran_order': \(order), 'shape': (\(sizes)), }"
    text += String(repeating: " ", count: 63 - (text.utf8.count + 10) % 64) + "\n"
    let count = text.utf8.count
    return Self.magic + [1, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(text.utf8)
  }

  /// Parses a header; `length` is the offset of the first element.
  static func parse(_ bytes: [UInt8]) throws(MatrixFileError) -> (header: NPYHeader, length: Int) {
    guard bytes.count >= 10, Array(bytes[0..<6]) == magic else {
      throw MatrixFileError(
        .format, "This is not a NumPy .npy file: its first bytes are wrong.")
    }
    guard 1...3 ~= bytes[6] else {
      throw MatrixFileError(.format, "Version \(bytes[6]) of the .npy format is not supported.")
    }
    let fieldCount = bytes[6] == 1 ? 2 : 4
    guard bytes.count >= 8 + fieldCount else {
      throw MatrixFileError(.format, "The file ends within its header.")
    }
    let count = (0..<fieldCount).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = 8 + fieldCount
    guard count <= maximumBytes, bytes.count >= start + count else {
      throw MatrixFileError(
        .format, "A header of \(count) bytes is too long, or longer than the file.")
    }
    let text = String(decoding: bytes[start..<start + count], as: UTF8.self)
    return (try NPYHeader(dictionary: text), start + count)
  }

  init(scalar: Scalar, isColumnMajor: Bool, shape: [Int]) {
    self.scalar = scalar
    self.isColumnMajor = isColumnMajor
    self.shape = shape
  }

  private init(dictionary text: String) throws(MatrixFileError) {
    func value(of key: String) throws(MatrixFileError) -> Substring {
      for quote in ["'", "\""] {
        let parts = text.split(separator: "\(quote)\(key)\(quote):", maxSplits: 1)
        if parts.count == 2 { return parts[1].drop { $0 == " " } }
        if parts.count == 1 && text.hasPrefix("\(quote)\(key)") { return parts[0] }
      }
      throw MatrixFileError(.format, "The header lacks \(key): \(text.prefix(100)).")
    }
    let quoted = try value(of: "descr").dropFirst().prefix { $0 != "'" && $0 != "\"" }
    guard let order = quoted.first, "<>|=".contains(order),
      let scalar = Scalar(rawValue: String(quoted.dropFirst()))
    else {
      throw MatrixFileError(
        .unsupported, "A matrix cannot hold elements of type \(quoted).")
    }
    self.scalar = scalar
    isBigEndian = order == ">"
    isColumnMajor = try value(of: "fortran_order").hasPrefix("True")
    let sizes = try value(of: "shape").dropFirst().prefix { $0 != ")" }
    var shape: [Int] = []
    for part in sizes.split(separator: ",") {
      let digits = part.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let size = Int(digits), size >= 0 else {
        throw MatrixFileError(.format, "The shape (\(sizes)) is not a list of sizes.")
      }
      shape.append(size)
    }
    self.shape = shape
  }
}
