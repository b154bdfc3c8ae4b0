// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Safety: The descriptor is owned and closed once. Buffers are initialised up to the count that is reported.

/// The bytes of a file, read in any order from any thread.
final class ByteSource: Sendable {
  private enum Storage {
    case file(descriptor: Int32)
    case memory([UInt8])
  }

  /// What is said in errors, such as the file's path.
  let name: String
  private let storage: Storage
  /// The number of bytes.
  let count: Int

  /// The bytes that may be read after a part: a line feed and zeros.
  static let padding = 16

  init(_ bytes: [UInt8], name: String) {
    self.name = name
    storage = .memory(bytes)
    count = bytes.count
  }

  /// Opens a file; what is no regular file, such as a pipe, is read to its end.
  ///
  /// - Throws: ``TableError`` `.file`.
  init(path: String) throws {
    name = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.error(path, "cannot be read", errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw Self.error(path, "cannot be read", code)
    }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFDIR else {
      close(descriptor)
      throw TableError(.file, "\(path) is a folder, not a CSV file.")
    }
    if kind == S_IFREG {
      storage = .file(descriptor: descriptor)
      count = Int(status.st_size)
      return
    }
    defer { close(descriptor) }
    let bytes = try Self.readAll(descriptor, path)
    storage = .memory(bytes)
    count = bytes.count
  }

  deinit {
    if case .file(let descriptor) = storage { close(descriptor) }
  }

  private static func error(_ path: String, _ what: String, _ code: Int32) -> TableError {
    code == ENOENT
      ? TableError(.file, "There is no file \(path).")
      : TableError(.file, "\(path) \(what): \(String(cString: strerror(code))).")
  }

  private static func readAll(_ descriptor: Int32, _ path: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw error(path, "cannot be read", errno) }
      if count == 0 { return bytes }
      bytes += block[..<count]
    }
  }

  /// Returns a part of the bytes.
  ///
  /// - Throws: ``TableError`` `.file`, also if the file has become shorter.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    switch storage {
    case .memory(let bytes): return Array(bytes[range])
    case .file(let descriptor):
      return try [UInt8](unsafeUninitializedCapacity: range.count + Self.padding) { buffer, count in
        count = try fill(buffer, descriptor, range)
      }
    }
  }

  /// Hands a part of the bytes to a closure, which may read 16 bytes more, the first of which is a line feed.
  ///
  /// - Throws: ``TableError`` `.file`, also if the file has become shorter.
  func withBytes<Output>(
    _ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Output
  ) throws -> Output {
    var part = try bytes(range)
    part.append(CSVFormat.newline)
    part += repeatElement(0, count: Self.padding - 1)
    return try part.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[..<range.count]))
    }
  }

  private func fill(
    _ buffer: UnsafeMutableBufferPointer<UInt8>, _ descriptor: Int32, _ range: Range<Int>
  ) throws -> Int {
    var filled = 0
    while filled < range.count {
      let target = buffer.baseAddress.map { $0 + filled }
      let count = pread(descriptor, target, range.count - filled, off_t(range.lowerBound + filled))
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw Self.error(name, "cannot be read", errno) }
      if count == 0 { throw TableError(.file, "\(name) became shorter while it was read.") }
      filled += count
    }
    return filled
  }
}
