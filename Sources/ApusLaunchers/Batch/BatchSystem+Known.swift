// Part of Apus, Apache-2.0. See LICENSE.

extension BatchSystem {
  /// All that are known.
  package static let all = [slurm, pbs, sge, lsf, condor]

  /// The one with this name; nil if there is none.
  package static func named(_ name: String) -> BatchSystem? { all.first { $0.name == name } }

  /// Those that run job arrays of a program.
  package static let forArrays = all + [hyperqueue]

  /// Slurm.
  ///
  /// A requeued element would come back under its old number beside its replacement, so that it is not asked for.
  package static let slurm = BatchSystem(
    name: "slurm",
    template: """
      #!/bin/sh
      #SBATCH --job-name={name}
      #SBATCH --array=1-{count}
      #SBATCH --ntasks=1
      #SBATCH --cpus-per-task={cores}
      #SBATCH --output={log}-%a.log
      #SBATCH --open-mode=append
      #SBATCH --no-requeue
      #SBATCH --partition={queue}
      #SBATCH --account={account}
      #SBATCH --time={time}
      #SBATCH --mem={memory}
      {options}
      K=$SLURM_ARRAY_TASK_ID
      {command}
      """,
    optionLine: "#SBATCH {option}", submit: ["sbatch", "--parsable", "--export=ALL"],
    cancel: ["scancel"], withdraw: ["scancel", "--state=PENDING"], clusterOption: "-M",
    query: ["squeue", "-h", "-r", "-u", "{user}", "-o", "%i|%T|%r"],
    find: ["squeue", "-h", "-n", "{name}", "-o", "%F"],
    findStep: ["squeue", "-h", "-s", "-n", "{name}", "-o", "%i"],
    columns: Columns(
      separator: "|", state: 1, reason: 2,
      pending: ["PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "RESV_DEL_HOLD"],
      running: ["RUNNING", "SUSPENDED", "SIGNALING", "RESIZING", "STAGE_OUT"],
      ending: ["COMPLETING", "STOPPED"],
      ended: [
        "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL",
        "DEADLINE", "OUT_OF_MEMORY", "REVOKED",
      ]),
    limit: Limit(command: ["scontrol", "show", "config"], word: "MaxArraySize", margin: 1),
    times: .slurm)

  /// PBS Professional and OpenPBS, and the commands of that kind that Slurm has.
  ///
  /// Torque's `-t` may be given as an option of the user.
  package static let pbs = BatchSystem(
    name: "pbs",
    template: """
      #!/bin/sh
      #PBS -N {name}
      #PBS -J 1-{several}
      #PBS -V
      #PBS -j oe
      #PBS -r n
      #PBS -o {log}-{one}1.log
      #PBS -o {log}-^array_index^.log
      #PBS -q {queue}
      #PBS -A {account}
      #PBS -l walltime={time}
      #PBS -l mem={memory}
      #PBS -l ncpus={cores}
      {options}
      K=${PBS_ARRAY_INDEX:-${PBS_ARRAYID:-${SLURM_ARRAY_TASK_ID:-1}}}
      {command}
      """,
    optionLine: "#PBS {option}", submit: ["qsub"], cancel: ["qdel"],
    query: ["qstat", "-u", "{user}"], find: ["qselect", "-N", "{name}"],
    columns: Columns(
      state: 9, pending: ["Q", "H", "W", "T", "B"], running: ["R", "S", "U"], ending: ["E"],
      ended: ["F", "X", "C"]), takesFile: true)

  /// Grid Engine and its descendants.
  package static let sge = BatchSystem(
    name: "sge",
    template: """
      #!/bin/sh
      #$ -N {name}
      #$ -t 1-{count}
      #$ -V
      #$ -S /bin/sh
      #$ -j y
      #$ -o {log}-$TASK_ID.log
      #$ -r n
      #$ -notify
      #$ -q {queue}
      #$ -A {account}
      #$ -l h_rt={time}
      #$ -l h_vmem={memory}
      #$ -pe smp {cores}
      {options}
      K=$SGE_TASK_ID
      {command}
      """,
    optionLine: "#$ {option}", submit: ["qsub"], cancel: ["qdel"],
    query: ["qstat", "-u", "{user}"], find: ["qstat", "-j", "{name}"], findPrefix: "job_number:",
    columns: Columns(
      state: 4, pending: ["qw", "hqw", "Eqw", "Rq", "T", "t"],
      running: ["r", "hr", "Rr", "s", "S"], ending: ["dr", "dt"]), nothing: "do not exist",
    limit: Limit(command: ["qconf", "-sconf"], word: "max_aj_tasks"))

  /// LSF.
  package static let lsf = BatchSystem(
    name: "lsf",
    template: """
      #!/bin/sh
      #BSUB -J {name}[1-{count}]
      #BSUB -o {log}-%I.log
      #BSUB -rn
      #BSUB -q {queue}
      #BSUB -P {account}
      #BSUB -W {time}
      #BSUB -M {memory}
      #BSUB -n {cores}
      {options}
      K=$LSB_JOBINDEX
      {command}
      """,
    optionLine: "#BSUB {option}", submit: ["bsub"], cancel: ["bkill"],
    query: ["bjobs", "-noheader", "-u", "{user}", "-o", "jobid jobindex stat delimiter='|'"],
    find: ["bjobs", "-noheader", "-J", "{name}", "-o", "jobid"],
    columns: Columns(
      separator: "|", element: 1, state: 2, pending: ["PEND", "WAIT", "PSUSP"],
      running: ["RUN", "USUSP", "SSUSP", "UNKWN"], ended: ["DONE", "EXIT"]),
    nothing: "job found", times: .minutes)

  /// HTCondor, whose description of a job is no script: the engine's command is its argument.
  package static let condor = BatchSystem(
    name: "htcondor",
    template: """
      universe = vanilla
      batch_name = {name}
      executable = /bin/sh
      getenv = True
      output = {log}-$(Process).log
      error = {log}-$(Process).log
      accounting_group = {account}
      request_memory = {memory}
      request_cpus = {cores}
      {options}
      {command}
      queue {count}
      """,
    optionLine: "{option}", submit: ["condor_submit", "-"], cancel: ["condor_rm"],
    query: ["condor_q", "{user}", "-af:,", "ClusterId", "ProcId", "JobStatus", "HoldReasonCode"],
    find: ["condor_q", "-constraint", "JobBatchName == \"{name}\"", "-af", "ClusterId"],
    columns: Columns(
      separator: ",", element: 1, state: 2, reason: 3, pending: [" 1", " 5", "1", "5"],
      running: [" 2", " 6", " 7", "2", "6", "7"], ending: [" 3", "3"],
      ended: [" 4", "4"]), isDescription: true)

  /// HyperQueue, which runs the elements in the workers that its user has started, with their environment.
  package static let hyperqueue = BatchSystem(
    name: "hq",
    template: """
      #!/bin/sh
      #HQ --name={name}
      #HQ --array=1-{count}
      #HQ --cpus={cores}
      #HQ --time-limit={time}
      #HQ --stdout={log}-%{TASK_ID}.log
      #HQ --stderr=none
      {options}
      exec 2>&1
      K=$HQ_TASK_ID
      {command}
      """,
    optionLine: "#HQ {option}",
    submit: ["hq", "--output-mode=quiet", "submit", "--directives=file"],
    cancel: ["hq", "job", "cancel"],
    query: ["hq", "--output-mode=quiet", "job", "list", "--all"],
    columns: Columns(
      state: 1, pending: ["WAITING"], running: ["RUNNING", "OPENED"],
      ended: ["FINISHED", "FAILED", "CANCELED"]), takesFile: true, keepsFile: true,
    passesEnvironment: false)
}
