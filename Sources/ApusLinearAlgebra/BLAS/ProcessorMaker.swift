// Part of Apus, Apache-2.0. See LICENSE.

/// Whose processor this is, as far as the choice of a library depends on it.
enum ProcessorMaker {
  /// False where the system does not tell.
  static let isIntel: Bool = {
    guard let bytes = try? MatrixFiles.read("/proc/cpuinfo") else { return false }
    return String(decoding: bytes.prefix(4096), as: UTF8.self).contains("GenuineIntel")
  }()
}
