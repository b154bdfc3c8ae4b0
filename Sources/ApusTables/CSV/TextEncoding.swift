// Part of Apus, Apache-2.0. See LICENSE.

/// Makes the text of a file UTF-8 with line feeds.
enum TextEncoding {
  private static let substitute: UInt8 = 0x1a

  /// Returns the source in UTF-8: itself if it is so already, a copy in memory if it is UTF-16 with a byte order mark.
  ///
  /// - Throws: ``TableError`` for UTF-16 of an odd number of bytes.
  static func utf8(_ source: ByteSource) throws -> ByteSource {
    let mark = try source.bytes(0..<min(2, source.count))
    let isLittle = mark == [0xff, 0xfe]
    guard isLittle || mark == [0xfe, 0xff] else { return source }
    guard source.count % 2 == 0 else {
      throw TableError(.format, "\(source.name) is UTF-16 text, but its last character is cut off.")
    }
    let bytes = try source.bytes(2..<source.count)
    let units = stride(from: 0, to: bytes.count, by: 2).map { index in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isLittle ? second << 8 | first : first << 8 | second
    }
    return ByteSource(Array(String(decoding: units, as: UTF16.self).utf8), name: source.name)
  }

  /// Where the text begins and ends: after a byte order mark, and before the end mark of DOS.
  static func textRange(_ source: ByteSource) throws -> Range<Int> {
    let start = try source.bytes(0..<min(3, source.count)) == [0xef, 0xbb, 0xbf] ? 3 : 0
    var end = source.count
    let last = try source.bytes(max(start, end - 4)..<end)
    let text = last.reversed().drop { $0 == CSVFormat.newline || $0 == CSVFormat.carriageReturn }
    if text.first == substitute { end -= last.count - text.count + 1 }
    return start..<max(start, end)
  }

  /// Returns a copy in memory in which a carriage return without a line feed, outside of quotation marks, is a line feed.
  static func withLineFeeds(_ source: ByteSource, _ options: CSVOptions) throws -> ByteSource {
    var bytes = try source.bytes(0..<source.count)
    for position in LoneReturns(bytes, options).positions { bytes[position] = CSVFormat.newline }
    return ByteSource(bytes, name: source.name)
  }

  /// The text of a field.
  ///
  /// - Throws: ``TableError`` `.format` if it is not UTF-8.
  static func text(_ bytes: some Sequence<UInt8>, _ source: ByteSource, line: Int) throws -> String
  {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TableError(
        .format,
        "\(source.name), line \(line): the text is not UTF-8. Convert the file, for example with iconv -f ISO-8859-1 -t UTF-8."
      )
    }
    return text
  }
}
