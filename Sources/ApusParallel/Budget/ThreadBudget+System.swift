// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ThreadBudget.System {
  /// What the operating system grants this process.
  static var current: Self {
    Self(machine: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), affinity: affinity, quota: quota)
  }

  #if os(Linux)
    private static var affinity: Int? {
      contents("/proc/self/status").flatMap(allowedProcessors)
    }

    private static var quota: Double? {
      ControlGroup.quota(
        membership: contents("/proc/self/cgroup") ?? "",
        mounts: contents("/proc/self/mountinfo") ?? "", read: contents)
    }

    private static func contents(_ path: String) -> String? {
      guard let file = fopen(path, "r") else { return nil }
      defer { fclose(file) }
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = fread(&bytes, 1, bytes.count, file)
      return String(decoding: bytes[..<count], as: UTF8.self)
    }
  #else
    private static var affinity: Int? { nil }
    private static var quota: Double? { nil }
  #endif
}
