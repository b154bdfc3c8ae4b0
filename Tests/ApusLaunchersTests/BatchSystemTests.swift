// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusLaunchers

/// Scripts and lists of batch schedulers.
@Suite struct BatchSystemTests {
  private func values() -> BatchSystem.Values {
    var values = BatchSystem.Values(
      name: "apus-1", count: 3, log: "/p/log/ipengine-1", command: "exec 'my engine'")
    (values.queue, values.time, values.options) = ("short", "01:00:00", ["-x a", "-y b"])
    return values
  }

  @Test func aScriptHasWhatWasAskedForAndNoLineForTheRest() {
    #expect(
      BatchSystem.slurm.script(values()) == """
        #!/bin/sh
        #SBATCH --job-name=apus-1
        #SBATCH --array=1-3
        #SBATCH --ntasks=1
        #SBATCH --output=/p/log/ipengine-1-%a.log
        #SBATCH --open-mode=append
        #SBATCH --no-requeue
        #SBATCH --partition=short
        #SBATCH --time=01:00:00
        #SBATCH -x a
        #SBATCH -y b
        K=$SLURM_ARRAY_TASK_ID
        exec 'my engine'

        """)
    #expect(
      BatchSystem.pbs.script(values()) == """
        #!/bin/sh
        #PBS -N apus-1
        #PBS -J 1-3
        #PBS -V
        #PBS -j oe
        #PBS -r n
        #PBS -o /p/log/ipengine-1-^array_index^.log
        #PBS -q short
        #PBS -l walltime=01:00:00
        #PBS -x a
        #PBS -y b
        K=${PBS_ARRAY_INDEX:-${PBS_ARRAYID:-${SLURM_ARRAY_TASK_ID:-1}}}
        exec 'my engine'

        """)
  }

  @Test func gridEngineAndLSFNameTheirLogsByTheElement() {
    let sge = BatchSystem.sge.script(values())
    #expect(sge.contains("#$ -t 1-3\n") && sge.contains("#$ -o /p/log/ipengine-1-$TASK_ID.log\n"))
    #expect(
      sge.contains("#$ -l h_rt=01:00:00\n") && sge.hasSuffix("K=$SGE_TASK_ID\nexec 'my engine'\n"))
    let lsf = BatchSystem.lsf.script(values())
    #expect(lsf.contains("#BSUB -J apus-1[1-3]\n") && lsf.contains("#BSUB -W 01:00:00\n"))
  }

  @Test func aDescriptionForHTCondorQuotesTheCommand() {
    let condor = BatchSystem.condor.script(values())
    #expect(condor.contains("arguments = \"-c 'K=$(Process); exec ''my engine'''\"\n"))
    #expect(condor.hasSuffix("queue 3\n") && !condor.contains("request_memory"))
  }

  @Test func whatLooksLikeAMacroOfHTCondorIsTheCommandsOwn() {
    var own = values()
    own.command = "echo '$(HOME)'"
    #expect(BatchSystem.condor.script(own).contains("echo ''$(DOLLAR)(HOME)''"))
  }

  @Test func commandsNameTheClusterOfAJob() {
    let job = JobID("12", cluster: "two")
    #expect(
      BatchSystem.slurm.cancelCommand([job], cluster: job.cluster) == [
        "scancel", "-M", "two", "12",
      ])
    #expect(
      BatchSystem.slurm.cancelCommand([JobID("12"), JobID("13")], cluster: nil) == [
        "scancel", "12", "13",
      ])
    #expect(
      BatchSystem.slurm.queryCommand(user: "me", cluster: nil)
        == ["squeue", "-h", "-r", "-u", "me", "-o", "%i|%T|%r"])
    #expect(BatchSystem.sge.cancelCommand([JobID("7")], cluster: nil) == ["qdel", "7"])
  }

  @Test func elementsThatHaveNotBegunLeaveTheQueueWhereTheSchedulerSparesTheOthers() {
    let job = JobID("12", cluster: "two")
    #expect(
      BatchSystem.slurm.withdrawCommand(job) == [
        "scancel", "-M", "two", "--state=PENDING", "12",
      ])
    #expect(BatchSystem.sge.withdrawCommand(JobID("7")) == nil)
  }

  @Test func aListIsReadForOneJobOnly() throws {
    let text = "12_1|RUNNING|None\n12_2|PENDING|Resources\n120_1|RUNNING|None\n3|PENDING|x\n"
    let states = try #require(BatchSystem.slurm.states(text, of: JobID("12")))
    #expect(states.map(\.id) == ["12_1", "12_2"])
    #expect(
      states.map(\.phase) == [.running, .pending] && states.map(\.reason) == ["", "Resources"])
    #expect(BatchSystem.slurm.states("12_1|RUNN", of: JobID("12")) == nil, "it is cut")
    #expect(BatchSystem.slurm.states("", of: JobID("12")) == [])
  }

  @Test func listsOfOtherSchedulersAreRead() throws {
    let sge = """
      job-ID  prior   name       user         state submit/start at     queue      slots ja-task-ID
      ---------------------------------------------------------------------------------------------
            7 0.55500 apus-1     me           r     11/28/2026 10:00:00 all.q@h1       1 1
            7 0.55500 apus-1     me           qw    11/28/2026 10:00:00                1 2-3:1

      """
    let found = try #require(BatchSystem.sge.states(sge, of: JobID("7")))
    #expect(found.map(\.phase) == [.running, .pending])
    let pbs = """
      Job ID          Username Queue    Jobname    SessID NDS TSK Memory Time  S Time
      --------------- -------- -------- ---------- ------ --- --- ------ ----- - -----
      12[].server     me       workq    apus-1        --    1   1    --  01:00 Q   --

      """
    #expect(BatchSystem.pbs.states(pbs, of: JobID("12[].server"))?.map(\.phase) == [.pending])
    let lsf = try #require(BatchSystem.lsf.states("42|1|RUN\n42|2|PEND\n", of: JobID("42")))
    #expect(lsf.map(\.id) == ["42_1", "42_2"] && lsf.map(\.phase) == [.running, .pending])
    let condor = try #require(BatchSystem.condor.states("12, 0, 2, undefined\n", of: JobID("12")))
    #expect(condor.map(\.phase) == [.running])
  }

  @Test func anAnswerThatFailsChangesNothingAndIsAskedForLessOften() {
    var states = JobStates()
    let running = [JobState(id: "12_1", phase: .running, word: "RUNNING", reason: "")]
    states.heard(running)
    #expect(states.pause == .seconds(1) && states.summary == ["1 running"])
    for _ in 0..<5 { states.failed("Socket timed out") }
    #expect(states.states == running && states.problem == "Socket timed out")
    #expect(states.answers == 1 && states.pause == .seconds(10))
    states.heard([])
    #expect(states.states == [] && states.pause == .seconds(1) && states.problem == nil)
  }

  @Test(
    arguments: [
      (TimeForm.slurm, "30", 1800), (.slurm, "1:30", 90), (.slurm, "02:00:00", 7200),
      (.slurm, "1-12", 129_600), (.slurm, "1-00:30", 88_200), (.slurm, "2-01:00:05", 176_405),
      (.slurm, "UNLIMITED", nil), (.slurm, "1-2-3", nil), (.slurm, "1:2:3:4", nil),
      (.slurm, "", nil),
      (.slurm, "-5", nil), (.slurm, "0", nil), (.clock, "00:00:00", nil), (.slurm, "1:-5", nil),
      (.slurm, "99999999999999999999", nil),
      (.clock, "90", 90), (.clock, "1:30", 90), (.clock, "02:00:00", 7200), (.clock, "1-12", nil),
      (.minutes, "90", 5400), (.minutes, "1:30", 5400), (.minutes, "1:2:3", nil),
    ] as [(TimeForm, String, Int?)])
  func timesAreReadAsEachSchedulerWritesThem(form: TimeForm, text: String, seconds: Int?) {
    #expect(form.seconds(text) == seconds)
  }

  @Test func jobsAreFoundByTheirNames() {
    #expect(
      BatchSystem.slurm.found("12\n12\n") == JobID("12") && BatchSystem.slurm.found("") == nil)
    #expect(BatchSystem.slurm.found("12.0\n") == JobID("12.0"))
    let text = "====\njob_number:                 7\nexec_file: job_scripts/7\n"
    #expect(BatchSystem.sge.found(text) == JobID("7"))
    #expect(BatchSystem.sge.isEmpty("Following jobs do not exist: \napus-1f\n"))
    #expect(BatchSystem.pbs.found("31[].server\n") == JobID("31[].server"))
  }

  @Test func elementsOfHTCondorAreKnown() throws {
    let list = "123, 0, 2, undefined\n123, 1, 1, undefined\n"
    let states = try #require(BatchSystem.condor.states(list, of: JobID("123")))
    #expect(states.map(\.element) == [0, 1])
  }

  @Test func anElementIsGoneOnlyByAGoodAnswerThatNamesElements() {
    var states = JobStates()
    let list = "7_1|RUNNING|None\n7_2|PENDING|Priority\n7_4|COMPLETED|None\n"
    states.heard(BatchSystem.slurm.states(list, of: JobID("7")) ?? [])
    #expect(states.isGone(element: 1) == false && states.isGone(element: 2) == false)
    #expect(states.isGone(element: 3) == true && states.isGone(element: 4) == true)
    states.heard(BatchSystem.slurm.states("7_[2-9]|PENDING|None\n", of: JobID("7")) ?? [])
    #expect(states.isGone(element: 3) == nil)
    states.heard([])
    #expect(states.isGone(element: 3) == true)
  }
}
