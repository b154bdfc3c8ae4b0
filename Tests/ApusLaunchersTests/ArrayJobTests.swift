// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Testing

@testable import ApusLaunchers

/// Job arrays of a program: scripts, limits and manifests.
@Suite struct ArrayJobTests {
  private func job(_ words: [String] = ["/opt/my program", "it's", "--seed=1"]) -> ArrayJob {
    var job = ArrayJob(
      program: words, directory: "/home/me/study", folder: "/home/me/study/apus-array",
      submission: 2, chunks: 5, name: "apus-array-abcdef")
    job.resources.cores = 4
    job.environment = ["PATH": "/a:/b c"]
    return job
  }

  @Test func anElementBecomesTheProgramWithItsNumber() {
    let command = job().command("$((K - 1))")
    #expect(
      command.hasPrefix("cd /home/me/study && exec env APUS_ARRAY=/home/me/study/apus-array "))
    #expect(command.contains(" APUS_SUBMISSION=2 OMP_NUM_THREADS=4 "))
    #expect(
      command.hasSuffix(" APUS_CHUNK=$((K - 1)) '/opt/my program' 'it'\\''s' --seed=1"))
  }

  @Test(arguments: BatchSystem.forArrays)
  func eachSchedulerCountsTheElementsFromZeroForTheProgram(system: BatchSystem) throws {
    let script = try #require(job().group(system, environment: [:]).input)
    #expect(script.contains(system.isDescription ? "APUS_CHUNK=$K" : "APUS_CHUNK=$((K - 1))"))
    #expect(script.contains("/home/me/study/apus-array/log/2-"))
    // Only HyperQueue's workers have another environment than whoever submits.
    #expect(script.contains("PATH='/a:/b c'") == (system.name == "hq"))
  }

  @Test func hyperQueueGetsItsOwnLines() throws {
    let script = try #require(job().group(.hyperqueue, environment: [:]).input)
    #expect(
      script.hasPrefix("#!/bin/sh\n#HQ --name=apus-array-abcdef\n#HQ --array=1-5\n#HQ --cpus=4\n"))
    #expect(script.contains("#HQ --stdout=/home/me/study/apus-array/log/2-%{TASK_ID}.log\n"))
    #expect(!BatchSystem.all.contains(.hyperqueue), "engines could not find their controller")
    let list = "1 FINISHED\n2 RUNNING\n12 WAITING\n3 CANCELED\n"
    #expect(BatchSystem.hyperqueue.states(list, of: JobID("2"))?.map(\.phase) == [.running])
    #expect(BatchSystem.hyperqueue.states(list, of: JobID("1"))?.map(\.phase) == [.ended])
    #expect(BatchSystem.hyperqueue.states(list, of: JobID("3"))?.map(\.phase) == [.ended])
  }

  @Test func theMostElementsAreReadFromWhatTheSchedulerSays() {
    let slurm = "MaxArraySize            = 1001\nMaxJobCount             = 10000\n"
    #expect(BatchSystem.slurm.mostElements(slurm) == 1000)
    #expect(BatchSystem.sge.mostElements("execd_params none\nmax_aj_tasks  75000\n") == 75_000)
    #expect(BatchSystem.sge.mostElements("max_aj_tasks  0\n") == nil, "no limit")
    #expect(BatchSystem.slurm.mostElements("Unable to contact slurm controller") == nil)
    #expect(BatchSystem.lsf.limitCommand == nil)
  }

  @Test func anIndexedJobOfKubernetesHasEachChunkOnce() throws {
    let job = KubernetesJob(job(), image: "site/app:1", claim: "shards", mount: "/data")
    #expect(job.problem == nil)
    let manifest = try JSONValue(Array(job.manifest.utf8))
    let spec = try #require(manifest["spec"])
    #expect(spec["completionMode"] == "Indexed" && spec["completions"] == 5)
    #expect(spec["parallelism"] == 5 && spec["backoffLimitPerIndex"] == 1)
    let container = try #require(spec["template"]?["spec"]?["containers"]?.array?.first)
    let command = try #require(container["args"]?.strings?.first)
    #expect(command.contains("APUS_CHUNK=$JOB_COMPLETION_INDEX '/opt/my program' 'it'\\''s'"))
    #expect(container["env"] == [["name": "APUS_CHUNKS", "value": "5"]])
    #expect(spec["template"]?["spec"]?["restartPolicy"] == "Never")
  }

  @Test func namesThatKubernetesRefusesAreSaidFirst() {
    func problem(image: String = "a", claim: String = "b", mount: String = "/c") -> String? {
      KubernetesJob(job(), image: image, claim: claim, mount: mount).problem
    }
    #expect(problem() == nil)
    #expect(problem(image: "") != nil && problem(image: "a b") != nil)
    #expect(problem(claim: "Upper") != nil && problem(claim: "a..b") != nil)
    #expect(problem(mount: "data") != nil)
  }

  @Test func kubernetesLimitsTheTimeOfAChunkAndRefusesWhatItDoesNotHave() throws {
    func pod(time: String? = nil, queue: String? = nil, account: String? = nil) -> KubernetesJob {
      var job = job()
      (job.resources.time, job.resources.queue, job.resources.account) = (time, queue, account)
      return KubernetesJob(job, image: "a", claim: "b", mount: "/c")
    }
    let limited = pod(time: "01:30:00")
    #expect(limited.problem == nil)
    let spec = try JSONValue(Array(limited.manifest.utf8))["spec"]?["template"]?["spec"]
    #expect(spec?["activeDeadlineSeconds"] == 5400)
    #expect(pod(time: "soon").problem?.contains("soon") ?? false)
    #expect(pod(queue: "long").problem?.contains("--partition") ?? false)
    #expect(pod(account: "me").problem?.contains("--account") ?? false)
  }
}
