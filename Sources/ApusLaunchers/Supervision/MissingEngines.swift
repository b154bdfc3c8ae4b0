// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess

/// Says of each engine that is missing what is known: by its start, its scheduler and its log.
struct MissingEngines {
  let roster: EngineRoster
  let groups: [EngineGroup]
  /// How the commands of groups have ended.
  let ends: [Int: ChildProcess.ExitStatus]
  /// The jobs of groups, and what their scheduler says.
  let jobs: [Int: (id: JobID, states: JobStates)]

  /// The most logs that are shown.
  private static let logs = 5

  /// A heading, a line for each group that lacks engines, and the ends of its logs.
  func text(_ reason: String) -> String {
    var text = "\(reason): \(roster.joined) of \(roster.slots.count) engines have joined"
    var shown = 0
    for (index, group) in groups.enumerated() {
      let slots = roster.missing(of: index)
      if slots.isEmpty { continue }
      text += "\n  " + line(group, index, slots)
      for path in logs(group, slots) {
        shown += 1
        if shown <= Self.logs {
          text += LogTail.text(
            of: path, title: "the end of its log", indent: "    ", without: group.mark)
        }
      }
    }
    if shown > Self.logs { text += "\nand the logs of \(shown - Self.logs) more" }
    return text
  }

  private func line(_ group: EngineGroup, _ index: Int, _ slots: [EngineRoster.Slot]) -> String {
    var parts: [String] = []
    if let job = jobs[index] {
      parts.append("job \(job.id)")
      let isExplained = job.states.answers == 0 && slots.allSatisfy { $0.status != nil }
      if !isExplained { parts.append(jobState(job.states)) }
    } else {
      parts.append(group.name)
    }
    if group.mark == nil, let process = slots.first?.process { parts.append("process \(process)") }
    if group.count > 1 { parts.append("\(slots.count) of \(group.count) missing") }
    if let end = ends[index] {
      parts.append(group.mark == nil ? "\(end)" : "\(group.command[0]) \(end)")
    } else if group.mark == nil {
      parts.append("still running")
    }
    let failed = slots.filter { $0.status != nil }
    if let first = failed.first, let host = first.host, let status = first.status {
      parts.append("\(failed.count) ended on \(host) with status \(status)")
    }
    let begun = slots.filter { $0.process != nil && $0.status == nil && group.mark != nil }
    if !begun.isEmpty {
      let hosts = Set(begun.compactMap(\.host)).sorted().prefix(4).joined(separator: ", ")
      let isOver = ends[index] != nil || jobs[index].map { $0.states.states.isEmpty } ?? false
      let fate = isOver ? "ended before the controller heard them" : "not heard by the controller"
      parts.append("\(begun.count) started on \(hosts) and \(fate)")
    }
    return parts.joined(separator: ", ")
  }

  private func jobState(_ states: JobStates) -> String {
    if let problem = states.problem {
      let last = states.summary.isEmpty ? "" : "; before, it said: " + said(states)
      return "the scheduler does not answer (\(problem))\(last)"
    }
    if states.answers == 0 { return "the scheduler was not asked yet" }
    return states.summary.isEmpty ? "not in the queue any more" : said(states)
  }

  private func said(_ states: JobStates) -> String { states.summary.joined(separator: ", ") }

  /// The logs that may say why: those of engines that have begun, or that of the whole group.
  private func logs(_ group: EngineGroup, _ slots: [EngineRoster.Slot]) -> [String] {
    guard group.outputs.count == group.count else { return group.outputs }
    return slots.map { group.outputs[$0.number] }.filter { LogFile.size(of: $0) > 0 }
  }
}
