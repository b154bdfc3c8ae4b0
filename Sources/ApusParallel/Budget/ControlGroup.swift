// Part of Apus, Apache-2.0. See LICENSE.

/// The CPU quota that Linux control groups grant, read from the text of their files.
enum ControlGroup {
  /// Returns the quota in cores, the smallest over the group and its ancestors; nil if none sets a
  /// limit.
  ///
  /// - Parameters:
  ///   - membership: the text of `/proc/self/cgroup`.
  ///   - mounts: the text of `/proc/self/mountinfo`.
  ///   - read: returns the text of a file, or nil.
  static func quota(membership: String, mounts: String, read: (String) -> String?) -> Double? {
    let unified = limits(
      controller: nil, membership, mounts, type: "cgroup2"
    ) { folder in
      read(folder + "/cpu.max").flatMap(parseUnified)
    }
    let legacy = limits(
      controller: "cpu", membership, mounts, type: "cgroup"
    ) { folder in
      guard let quota = read(folder + "/cpu.cfs_quota_us").flatMap(number),
        let period = read(folder + "/cpu.cfs_period_us").flatMap(number),
        quota > 0, period > 0
      else { return nil }
      return quota / period
    }
    return (unified + legacy).min()
  }

  /// "150000 100000" is 1.5 cores; "max 100000" is no limit.
  private static func parseUnified(_ text: String) -> Double? {
    let fields = text.split(whereSeparator: \.isWhitespace)
    guard fields.count == 2, let quota = Double(fields[0]), let period = Double(fields[1]),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  private static func number(_ text: String) -> Double? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
  }

  private static func limits(
    controller: String?, _ membership: String, _ mounts: String, type: String,
    read: (String) -> Double?
  ) -> [Double] {
    guard let group = group(of: controller, membership),
      let mount = mount(controller, mounts, type: type)
    else { return [] }
    return folders(mount: mount.point, root: mount.root, group: group).compactMap(read)
  }

  /// A line is `id:controllers:path`; the unified hierarchy names no controllers.
  private static func group(of controller: String?, _ membership: String) -> String? {
    for line in membership.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let names = fields[1].split(separator: ",").map(String.init)
      if controller.map(names.contains) ?? names.isEmpty { return String(fields[2]) }
    }
    return nil
  }

  /// A line has the root in field 4, the mount point in field 5, the type after " - ".
  private static func mount(
    _ controller: String?, _ mounts: String, type: String
  ) -> (root: String, point: String)? {
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count, dash > 4,
        fields[dash + 1] == type
      else { continue }
      let options = fields[dash + 3].split(separator: ",").map(String.init)
      if controller.map(options.contains) ?? true { return (String(fields[3]), String(fields[4])) }
    }
    return nil
  }

  /// The group's folder and its ancestors up to the mount point.
  private static func folders(mount: String, root: String, group: String) -> [String] {
    var parts = group.split(separator: "/").map(String.init)
    let rootParts = root.split(separator: "/").map(String.init)
    if parts.starts(with: rootParts) { parts.removeFirst(rootParts.count) }
    return (0...parts.count).map { ([mount] + parts.prefix($0)).joined(separator: "/") }
  }
}
