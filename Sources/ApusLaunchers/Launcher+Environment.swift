// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The environment in which commands of schedulers run when a cluster is stopped.
enum LauncherEnvironment {
  static var all: [String: String] { ProcessInfo.processInfo.environment }
}
