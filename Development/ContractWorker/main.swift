// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers
import ContractFunctions

// The worker of the tests, which cannot be their own workers: it has the functions of ContractFunctions and nothing else.
WorkerProcesses.enter()
print(ContractFunctions.names.joined(separator: "\n"))
