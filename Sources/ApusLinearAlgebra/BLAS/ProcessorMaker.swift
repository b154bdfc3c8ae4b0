// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whose processor this is, as far as the choice of a library depends on it.
enum ProcessorMaker {
  static let isIntel = contents("/proc/cpuinfo").contains("GenuineIntel")

  private static func contents(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
