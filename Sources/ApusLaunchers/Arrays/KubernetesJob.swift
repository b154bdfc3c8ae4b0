// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// An indexed job of Kubernetes that runs a job array, as a manifest; a value without side effects.
///
/// The folder of the array and the checkpoints are on a volume that all pods mount. JSON is YAML, so that nothing in a program's
/// arguments can break the manifest.
package struct KubernetesJob: Sendable, Hashable {
  package let job: ArrayJob
  /// The image with the program.
  package let image: String
  /// The claim of the volume, and where the pods mount it.
  package let claim: String
  package let mount: String

  package init(_ job: ArrayJob, image: String, claim: String, mount: String) {
    (self.job, self.image, self.claim, self.mount) = (job, image, claim, mount)
  }

  /// The manifest, for `kubectl apply -f`, with one member on a line.
  package var manifest: String { Self.text(value, indent: "") + "\n" }

  private var value: JSONValue {
    let labels: JSONValue = ["app.kubernetes.io/name": "apus-array"]
    return [
      "apiVersion": "batch/v1", "kind": "Job",
      "metadata": ["name": .string(job.name), "labels": labels],
      "spec": [
        "completionMode": "Indexed", "completions": .integer(job.chunks),
        "parallelism": .integer(min(job.chunks, 100_000)),
        // A chunk whose pod fails leaves the others alone; what it lacks is submitted again.
        "backoffLimitPerIndex": 1, "maxFailedIndexes": .integer(min(job.chunks, 10_000)),
        "podFailurePolicy": ["rules": [Self.ignoresDisruption]],
        "template": ["metadata": ["labels": labels], "spec": pod],
      ],
    ]
  }

  /// A pod that its node had to give up costs no attempt.
  private static let ignoresDisruption: JSONValue = [
    "action": "Ignore", "onPodConditions": [["type": "DisruptionTarget", "status": "True"]],
  ]

  private var pod: JSONValue {
    var pod: [String: JSONValue] = [
      "restartPolicy": "Never", "containers": [container],
      "volumes": [
        ["name": "array", "persistentVolumeClaim": ["claimName": .string(claim)]]
      ],
    ]
    pod["activeDeadlineSeconds"] = deadline.map { .integer($0) }
    return .object(pod)
  }

  /// The seconds that a chunk may take; nil if there is no limit, or its text is no time.
  private var deadline: Int? { job.resources.time.flatMap { TimeForm.clock.seconds($0) } }

  private var container: JSONValue {
    let wanted = job.resources
    var requests: [String: JSONValue] = ["cpu": .string("\(wanted.cores ?? 1)")]
    requests["memory"] = wanted.memory.map { .string($0) }
    return [
      "name": "chunk", "image": .string(image), "command": ["/bin/sh", "-c"],
      "args": [.string(job.command("$JOB_COMPLETION_INDEX"))],
      // The file that says what each chunk computes may not be on the volume at first.
      "env": [["name": "APUS_CHUNKS", "value": .string("\(job.chunks)")]],
      "resources": ["requests": .object(requests)],
      "volumeMounts": [["name": "array", "mountPath": .string(mount)]],
    ]
  }

  private static func text(_ value: JSONValue, indent: String) -> String {
    let inner = indent + "  "
    switch value {
    case .object(let members) where !members.isEmpty:
      let lines = members.sorted { $0.key < $1.key }.map { name, value in
        "\(inner)\(JSONText.string(name)): \(text(value, indent: inner))"
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
    case .array(let values) where values.contains { $0.object != nil }:
      let lines = values.map { inner + text($0, indent: inner) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
    default: return "\(JSONText(value))"
    }
  }

  /// What is wrong with names and resources; nil if nothing is.
  package var problem: String? {
    // The name and an index are the name of a pod's host.
    let most = 62 - "\(job.chunks - 1)".count
    let isLabel = { (text: String) in
      let isPlain = text.utf8.allSatisfy {
        (97...122).contains($0) || (48...57).contains($0) || $0 == 45
      }
      return isPlain && !text.hasPrefix("-") && !text.hasSuffix("-") && !text.isEmpty
    }
    if !isLabel(job.name) || job.name.utf8.count > most {
      return "the name must be of at most \(most) small letters, digits and dashes: \(job.name)"
    }
    if !claim.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({
      isLabel(String($0))
    }) {
      return "the claim must be of small letters, digits, dashes and dots: \(claim)"
    }
    let wanted = job.resources
    if let time = wanted.time, deadline == nil {
      return "the time of a chunk must be in seconds, or as hours:minutes:seconds: \(time)"
    }
    let others = [
      ("partition", wanted.queue), ("account", wanted.account),
      ("scheduler-option", wanted.options.first),
    ]
    if let other = others.first(where: { $0.1 != nil }) {
      return "Kubernetes has no --\(other.0): change the manifest that --dry-run prints"
    }
    if image.isEmpty || image.contains(where: \.isWhitespace) {
      return "the image must be a name without spaces: '\(image)'"
    }
    return mount.hasPrefix("/") ? nil : "the volume must be mounted at a path from / on: \(mount)"
  }
}
