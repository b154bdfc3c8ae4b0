// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// What a start would run: the exact commands and scripts, with the secrets left out.
package struct EngineDryRun: Sendable {
  private let plan: ClusterPlan

  package init(_ plan: ClusterPlan) { self.plan = plan }

  /// The controller's command, then that of each group of engines with its script.
  package var text: String {
    let base = "\(plan.profile.logDirectory)/ipengine"
    let groups = EngineGroups(
      plan, token: "TOKEN", connection: "CONNECTION", mark: EngineMark("apus-start"), log: base)
    var lines = ["# the controller", Self.line(plan.controllerCommand)]
    for group in groups.all {
      lines += ["", "# \(group.name): \(group.count) engine\(group.count == 1 ? "" : "s")"]
      if let names = Self.variables(group) { lines.append("# with \(names) in its environment") }
      guard let input = group.input else {
        lines.append(Self.line(group.command))
        continue
      }
      let text = input.split(separator: "\n").filter { $0 != "#" }.map(String.init) + ["END"]
      if group.batch?.takesFile ?? false {
        let file = "\(group.jobName).sh"
        lines += ["cat > \(file) <<'END'"] + text + [Self.line(group.command + [file])]
      } else {
        lines += [Self.line(group.command) + " <<'END'"] + text
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The variables that a command passes on to its engines.
  private static func variables(_ group: EngineGroup) -> String? {
    let own = ["IPP_CONNECTION_INFO", ClusterPlan.marker, "IPP_PROFILE_DIR", "IPP_CLUSTER_ID"]
    let names = group.environment.keys.filter { own.contains($0) || $0.hasPrefix("OMPI_MCA_") }
    return names.isEmpty || group.command.first == "ssh" || group.mark == nil
      ? nil : names.sorted().joined(separator: ", ")
  }

  private static func line(_ words: [String]) -> String {
    words.map(EngineMark.quoted).joined(separator: " ")
  }
}
