// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix {
  /// The matrix as the contents of a NumPy `.npy` file: version 1.0, column-major.
  ///
  /// - Compatibility: `numpy.load` reads it as a two-dimensional array.
  public var npyBytes: [UInt8] {
    let isFloat = Element.self == Float.self
    let header = NPYHeader(
      scalar: isFloat ? .f4 : .f8, isColumnMajor: true, shape: [rows, columns])
    var bytes = header.bytes
    bytes.reserveCapacity(bytes.count + count * MemoryLayout<Element>.size)
    for element in elements {
      if isFloat {
        append(Float(element).bitPattern, to: &bytes)
      } else {
        append(Double(element).bitPattern, to: &bytes)
      }
    }
    return bytes
  }

  private func append<Bits: FixedWidthInteger>(_ bits: Bits, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: Bits.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> Bits(shift)))
    }
  }

  /// Creates a matrix from the contents of a NumPy `.npy` file.
  ///
  /// The array holds numbers or Booleans and has one or two dimensions; a one-dimensional array becomes a
  /// column.
  ///
  /// - Throws: ``MatrixFileError`` if the bytes are not such a file or hold fewer elements than the header
  ///   says.
  /// - Compatibility: reads what `numpy.save` writes: versions 1 to 3, either byte order, C or Fortran order.
  public init(npyBytes bytes: [UInt8]) throws(MatrixFileError) {
    let (header, start) = try NPYHeader.parse(bytes)
    guard 1...2 ~= header.shape.count else {
      throw MatrixFileError(
        .unsupported, "An array of \(header.shape.count) dimensions is not a matrix.")
    }
    let (rows, columns) = (header.shape[0], header.shape.count == 2 ? header.shape[1] : 1)
    let size = header.scalar.byteCount
    let needed = rows.saturatingMultiplied(by: columns).saturatingMultiplied(by: size)
    guard bytes.count - start >= needed else {
      throw MatrixFileError(
        .format,
        "The header says \(rows) x \(columns) elements of \(size) bytes, but "
          + "\(bytes.count - start) bytes follow it."
      )
    }
    guard rows.saturatingMultiplied(by: columns) > 0 || max(rows, columns) <= Int(Int32.max) else {
      throw MatrixFileError(
        .unsupported,
        "\(rows) x \(columns) is too large a shape for a matrix without elements.")
    }
    self.init(rows: rows, columns: columns) { row, column in
      let index = header.isColumnMajor ? column * rows + row : row * columns + column
      return Self.element(bytes, at: start + index * size, header)
    }
  }

  private static func element(_ bytes: [UInt8], at start: Int, _ header: NPYHeader) -> Element {
    let size = header.scalar.byteCount
    var bits: UInt64 = 0
    for i in 0..<size {
      let byte = bytes[start + (header.isBigEndian ? size - 1 - i : i)]
      bits |= UInt64(byte) << UInt64(8 * i)
    }
    switch header.scalar {
    case .f8: return Element(Double(bitPattern: bits))
    case .f4: return Element(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .i8: return Element(Int64(bitPattern: bits))
    case .i4: return Element(Int32(truncatingIfNeeded: bits))
    case .i2: return Element(Int16(truncatingIfNeeded: bits))
    case .i1: return Element(Int8(truncatingIfNeeded: bits))
    case .u8, .u4, .u2, .u1, .b1: return Element(bits)
    }
  }
}
