// Part of Apus, Apache-2.0. See LICENSE.

import Foundation
import TestSupport
import Testing

@testable import ApusParallel

@Suite(.serialized) struct ThreadBudgetTests {
  private let eight = ThreadBudget.System(machine: 8, affinity: nil, quota: nil)

  private func budget(
    _ variables: [String: String], _ system: ThreadBudget.System? = nil
  ) -> ThreadBudget {
    ThreadBudget.resolved(environment: { variables[$0] }, system: system ?? eight)
  }

  @Test func variablesDecideInTheirOrder() {
    let all = ["APUS_NUM_THREADS": "3", "OMP_NUM_THREADS": "4", "SLURM_CPUS_PER_TASK": "5"]
    #expect(budget(all).description == "3 (APUS_NUM_THREADS)")
    #expect(budget(all.filter { $0.key != "APUS_NUM_THREADS" }).source == .ompVariable)
    #expect(budget(["SLURM_CPUS_PER_TASK": "5"]).description == "5 (SLURM_CPUS_PER_TASK)")
    #expect(budget([:]).description == "8 (machine)")
  }

  @Test func theFirstFieldOfOMPCounts() {
    #expect(budget(["OMP_NUM_THREADS": "2,4"]).count == 2)
    #expect(budget(["OMP_NUM_THREADS": " 6 , 2"]).count == 6)
  }

  static let texts: [(text: String, openMP: Int?, number: Int?, leading: Int?, digitsOrOne: Int?)] =
    [
      ("3", 3, 3, 3, 3), (" 3 ", 3, 3, 3, 1), ("3\n", 3, 3, 3, 1), ("\t3", 3, 3, 3, 1),
      ("007", 7, 7, 7, 7), ("1 2", nil, nil, 1, 1), ("3 x", nil, nil, 3, 1), ("3x", nil, nil, 3, 1),
      ("4,2", 4, nil, 4, 1), ("4 , 2", 4, nil, 4, 1), ("1,", 1, nil, 1, 1),
      (",2", nil, nil, nil, 1),
      ("1,,2", 1, nil, 1, 1), ("+3", nil, nil, 3, 1), ("3.0", nil, nil, 3, 1),
      ("one", nil, nil, nil, 1),
      ("0", nil, nil, nil, nil), ("-1", nil, nil, nil, 1), ("0x4", nil, nil, nil, 1),
      ("99999999999999999999", nil, nil, nil, nil), ("3\u{a0}", nil, nil, 3, 1),
      ("٣", nil, nil, nil, 1),
      ("", nil, nil, nil, nil),
    ]

  @Test(arguments: texts)
  func eachVariableFollowsItsOwnersRule(
    text: String, openMP: Int?, number: Int?, leading: Int?, digitsOrOne: Int?
  ) {
    #expect(ThreadCountRule.openMP.count(text) == openMP)
    #expect(ThreadCountRule.number.count(text) == number)
    #expect(ThreadCountRule.leadingInteger.count(text) == leading)
    #expect(ThreadCountRule.digitsOrOne.count(text) == digitsOrOne)
    let found = budget(["OMP_NUM_THREADS": text])
    #expect(found.count == openMP ?? 8)
    #expect(found.warnings.count == (openMP == nil && !text.isEmpty ? 1 : 0))
  }

  #if os(Linux)
    @Test(arguments: texts.map(\.text).filter { !$0.hasPrefix("999") })
    func theOpenMPRuleIsThatOfNproc(text: String) throws {
      let nproc = URL(fileURLWithPath: "/usr/bin/nproc")
      let unset = try Execution.run(nproc, [], environment: ["OMP_NUM_THREADS": ""]).output
      let printed = try Execution.run(nproc, [], environment: ["OMP_NUM_THREADS": text]).output
      let count = ThreadCountRule.openMP.count(text)
      #expect(printed == count.map { "\($0)\n" } ?? unset)
    }
  #endif

  @Test(arguments: ["0", "-2", "many", "2x", ",", "1 2"])
  func aBadVariableIsPassedOverAndNamed(text: String) {
    let result = budget(["APUS_NUM_THREADS": text, "SLURM_CPUS_PER_TASK": "5"])
    #expect(result.count == 5)
    #expect(result.warnings.count == 1)
    #expect(result.warnings[0].contains("APUS_NUM_THREADS=\(text)"))
  }

  @Test func affinityAndQuotaLimitTheMachine() {
    #expect(budget([:], .init(machine: 8, affinity: 4, quota: nil)).source == .affinity)
    #expect(
      budget([:], .init(machine: 8, affinity: 4, quota: 1.5)).description == "2 (cgroup quota)")
    #expect(budget([:], .init(machine: 8, affinity: 8, quota: 100)).source == .machine)
    #expect(budget([:], .init(machine: 8, affinity: nil, quota: 0.1)).count == 1)
  }

  @Test func whatTheProgramSetsComesFirst() {
    let before = ThreadBudget.current
    ThreadBudget.set(5)
    #expect(ThreadBudget.current.description == "5 (set in code)")
    ThreadBudget.set(nil)
    #expect(ThreadBudget.current == before)
  }

  @Test func affinityIsReadFromTheKernelsMask() {
    let status = "Name:\tx\nCpus_allowed:\tff,0000000f\nCpus_allowed_list:\t0-3\n"
    #expect(ThreadBudget.System.allowedProcessors(status: status) == 12)
    #expect(ThreadBudget.System.allowedProcessors(status: "Name:\tx\n") == nil)
  }

  @Test func theSystemGrantsSomething() {
    let system = ThreadBudget.System.current
    #expect(system.machine >= 1)
    #if os(Linux)
      #expect(system.affinity! >= 1)
    #endif
  }

  @Test func theUnifiedGroupsLeastQuotaCounts() {
    let files = [
      "/sys/fs/cgroup/cpu.max": "max 100000\n", "/sys/fs/cgroup/a/cpu.max": "150000 100000\n",
      "/sys/fs/cgroup/a/b/cpu.max": "400000 100000\n",
    ]
    let mounts = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
    let quota = ControlGroup.quota(membership: "0::/a/b\n", mounts: mounts) { files[$0] }
    #expect(quota == 1.5)
  }

  @Test func theLegacyGroupsQuotaCounts() {
    let files = [
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
    ]
    let mounts =
      "30 23 0:26 /docker/x /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    let quota = ControlGroup.quota(
      membership: "4:cpu,cpuacct:/docker/x\n0::/\n", mounts: mounts
    ) { files[$0] }
    #expect(quota == 0.5)
    #expect(ControlGroup.quota(membership: "", mounts: "junk") { _ in nil } == nil)
  }
}
