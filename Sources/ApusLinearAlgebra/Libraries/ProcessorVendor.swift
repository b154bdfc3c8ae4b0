// Part of Apus, Apache-2.0. See LICENSE.

/// The vendor of this processor, as far as the choice of a library depends on it.
enum ProcessorVendor {
  /// Whether it is Intel's; false where the system does not report the vendor.
  static let isIntel: Bool = {
    guard let bytes = try? FileBytes.read("/proc/cpuinfo") else { return false }
    return String(decoding: bytes.prefix(4096), as: UTF8.self).contains("GenuineIntel")
  }()
}
