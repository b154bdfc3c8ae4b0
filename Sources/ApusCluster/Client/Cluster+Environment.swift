// Part of Apus, Apache-2.0. See LICENSE.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the environment says about clusters, as for IPython Parallel.
enum ClusterEnvironment {
  static var all: [String: String] { ProcessInfo.processInfo.environment }

  static var clusterID: String { all["IPP_CLUSTER_ID"] ?? "" }

  /// The folder of a profile; nil for the usual one.
  static func profileDirectory(named name: String?) -> String {
    let variables = all
    if name == nil, let folder = variables["IPP_PROFILE_DIR"] { return folder }
    let ipython = variables["IPYTHONDIR"] ?? (variables["HOME"] ?? ".") + "/.ipython"
    return ipython + "/profile_" + (name ?? "default")
  }
}
