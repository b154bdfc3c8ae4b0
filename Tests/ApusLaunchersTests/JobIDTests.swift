// Part of Apus, Apache-2.0. See LICENSE.
import ApusLaunchers
import Testing

/// The numbers of jobs among whatever submit commands print.
@Suite struct JobIDTests {
  @Test(arguments: [
    ("123\n", JobID("123")),
    ("123;cluster2\n", JobID("123", cluster: "cluster2")),
    ("Submitted batch job 123\n", JobID("123")),
    ("Submitted batch job 123 on cluster x\n", JobID("123", cluster: "x")),
    ("sbatch: using 2 default partitions\nSubmitted batch job 123\n", JobID("123")),
    ("using 2 default partitions\n4711\n", JobID("4711")),
    ("4711\nThank you, 12 jobs are waiting\n", JobID("4711")),
    ("Your job 7 (\"n\") has been submitted\n", JobID("7")),
    ("Your job-array 7.1-10:1 (\"n\") has been submitted\n", JobID("7")),
    ("Job <42> is submitted to queue <normal>.\n", JobID("42")),
    ("Submitting job(s)....\n8 job(s) submitted to cluster 12.\n", JobID("12")),
    ("12[].server.site\n", JobID("12[].server.site")),
    ("12.server\n", JobID("12.server")),
  ])
  func theNumberIsFoundInEveryForm(text: String, wanted: JobID) {
    #expect(JobID(submitOutput: text) == wanted)
  }

  @Test(arguments: ["", "\n", "done\n", "2 default partitions\n", "job 5 looks fine\n", "5x\n"])
  func noticesWithNumbersAreNoJobs(text: String) { #expect(JobID(submitOutput: text) == nil) }
}
