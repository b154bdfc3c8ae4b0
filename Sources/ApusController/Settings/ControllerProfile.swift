// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The profile of a controller and its settings from files, the environment and the command line; later
/// sources override earlier ones.
package struct ControllerProfile {
  /// The profile's folder.
  package let directory: String
  package let settings: TraitSettings

  /// - Parameters:
  ///   - arguments: the command line.
  ///   - environment: the environment, of which `IPYTHONDIR`, `HOME` and variables that start with `IPP_` are
  ///     used.
  package init(_ arguments: ControllerArguments, environment: [String: String]) {
    var variables = Self.settings(of: environment)
    variables.override(with: arguments.settings)
    let home = environment["HOME"] ?? "."
    let ipythonDirectory =
      variables["BaseIPythonApplication.ipython_dir"]?.string ?? environment["IPYTHONDIR"]
      ?? home + "/.ipython"
    let name = variables["BaseIPythonApplication.profile"]?.string ?? "default"
    directory = Self.absolute(
      variables["ProfileDir.location"]?.string ?? ipythonDirectory + "/profile_" + name, home: home)
    var settings = TraitSettings()
    let folders = ["/etc/ipython", "/usr/local/etc/ipython", ipythonDirectory, directory]
    for folder in folders {
      settings.override(with: Self.file(folder + "/ipcontroller_config.py"))
      settings.override(with: Self.file(folder + "/ipcontroller_config.json"))
    }
    if let extra = variables["BaseIPythonApplication.extra_config_file"]?.string {
      settings.override(with: Self.file(Self.absolute(extra, home: home)))
    }
    settings.override(with: variables)
    self.settings = settings
  }

  private static func absolute(_ path: String, home: String) -> String {
    let path = path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path
    return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  private static func file(_ path: String) -> TraitSettings {
    guard let data = FileManager.default.contents(atPath: path) else { return TraitSettings() }
    return path.hasSuffix(".json")
      ? .json(Array(data), path: path)
      : .python(String(decoding: data, as: UTF8.self), path: path)
  }

  /// The settings in environment variables.
  private static func settings(of environment: [String: String]) -> TraitSettings {
    var settings = TraitSettings()
    let names = [
      "IPP_CLUSTER_ID": "BaseParallelApplication.cluster_id",
      "IPP_PROFILE_DIR": "ProfileDir.location", "IPP_SESSION_KEY": "Session.key",
      "IPP_CURVE_PUBLICKEY": "IPController.curve_publickey",
      "IPP_CURVE_SECRETKEY": "IPController.curve_secretkey",
    ]
    for (variable, trait) in names {
      if let value = environment[variable] { settings[trait] = .string(value) }
    }
    if environment["IPP_ENABLE_CURVE"] == "1" { settings["IPController.enable_curve"] = true }
    return settings
  }
}
