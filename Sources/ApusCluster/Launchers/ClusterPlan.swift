// Part of Apus, Apache-2.0. See LICENSE.

/// What a cluster is to be: where, how many engines of which kind.
package struct ClusterPlan: Sendable, Hashable {
  package var profileDirectory: String
  package var clusterID: String
  package var engines: Int
  /// The program of an engine and its arguments; the connection comes by variables.
  package var engineWords: [String]
  package var controllerWords: [String]
  /// Variables for all of them.
  package var environment: [String: String]
  /// Cores of this machine that the engines share.
  package var cores: Int
  /// The launcher's own log, if it has one.
  package var log: String?

  package init(
    profileDirectory: String, clusterID: String = "", engines: Int, engineWords: [String],
    controllerWords: [String], environment: [String: String], cores: Int
  ) {
    self.profileDirectory = profileDirectory
    self.clusterID = clusterID
    self.engines = engines
    self.engineWords = engineWords
    self.controllerWords = controllerWords
    self.environment = environment
    self.cores = cores
  }

  /// The variable by which all processes of a cluster are found, whoever started them.
  package static let marker = "APUS_CLUSTER_TOKEN"

  /// Variables of libraries that use threads, which engines are given unless the user has set them.
  package static let threadVariables = [
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "APUS_NUM_THREADS",
  ]

  /// The threads that each engine may use.
  package var threadsOfEngine: Int { max(1, cores / max(1, engines)) }

  /// The variables of the controller.
  package func controllerEnvironment(token: String) -> [String: String] {
    environment.merging([
      Self.marker: token, "IPP_PROFILE_DIR": profileDirectory, "IPP_CLUSTER_ID": clusterID,
    ]) { $1 }
  }

  /// The variables of an engine.
  package func engineEnvironment(token: String) -> [String: String] {
    var variables = controllerEnvironment(token: token)
    for name in Self.threadVariables where variables[name] == nil {
      variables[name] = String(threadsOfEngine)
    }
    return variables
  }
}
