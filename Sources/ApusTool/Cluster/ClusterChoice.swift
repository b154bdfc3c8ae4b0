// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusTransport
  import ArgumentParser
  import Foundation

  /// The options that choose a cluster.
  struct ClusterChoice: ParsableArguments {
    @Option(help: "The IPython profile.") var profile = "default"
    @Option(help: "The profile's folder. (default: $IPP_PROFILE_DIR or that of --profile)")
    var profileDir: String?
    @Option(help: "The ID of the cluster, if a profile has several.") var clusterId = ""

    func validate() throws {
      guard clusterId.allSatisfy({ $0 != "/" && $0 != "*" && !$0.isWhitespace && $0 != "\0" })
      else {
        throw ValidationError(
          "--cluster-id is part of a file name: it must have no '/', no '*' and no spaces")
      }
      guard !profile.contains("/"), !profile.contains("\0") else {
        throw ValidationError(
          "--profile is part of a file name: it must have no '/'; use --profile-dir for a folder")
      }
    }

    var directory: String {
      let environment = ProcessInfo.processInfo.environment
      if let profileDir { return Self.absolute(profileDir) }
      if profile == "default", let folder = environment["IPP_PROFILE_DIR"] {
        return Self.absolute(folder)
      }
      return Self.ipythonDirectory + "/profile_" + profile
    }

    static var ipythonDirectory: String {
      let environment = ProcessInfo.processInfo.environment
      return absolute(environment["IPYTHONDIR"] ?? (environment["HOME"] ?? ".") + "/.ipython")
    }

    private static func absolute(_ path: String) -> String {
      path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// The files of the cluster.
    var profileFiles: Profile { Profile(directory: directory, clusterID: clusterId) }

    /// Reads the cluster's file; if there is none, the error says where it was expected.
    func file() throws -> ClusterFile {
      let path = ClusterFile.path(profileDirectory: directory, clusterID: clusterId)
      guard let file = try ClusterFile.read(path) else {
        throw ToolError(message: "no cluster is running here: there is no \(path)", status: 11)
      }
      if let original = file.original {
        throw ToolError(
          message: "no cluster is running here: \(path) is a copy of \(original); "
            + "remove it with apus cluster clean", status: 11)
      }
      return file
    }
  }
#endif
