// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Testing

/// Tests of the metadata of tasks, and of message IDs.
@Suite struct MetadataTests {
  private func task(_ text: String) throws -> TaskMetadata {
    let bytes = Array(text.utf8)
    return try TaskMetadata(bytes.span)
  }

  @Test func nothingSaidMeansAnywhereAndAtOnce() throws {
    let usual =
      #"{"after": [], "follow": [], "timeout": 0.0, "targets": [], "retries": 0, "label": null}"#
    #expect(try task(usual) == TaskMetadata())
    #expect(try task("{}") == TaskMetadata())
    #expect(
      try task(#"{"after":null,"follow":null,"timeout":null,"targets":null}"#) == TaskMetadata())
  }

  @Test func dependenciesComeInTwoForms() throws {
    let list = try task(#"{"after":["a","b"]}"#).after
    #expect(list == Dependency(["a", "b"].reduce(into: []) { $0.insert(MessageID($1)) }))
    let object = try task(
      #"{"follow":{"dependencies":["a"],"all":false,"success":false,"failure":true}}"#)
    #expect(
      object.follow == Dependency([MessageID("a")], all: false, success: false, failure: true))
  }

  @Test func numbersAndTargetsAreRead() throws {
    let found = try task(#"{"timeout":1.5,"targets":["u","v"],"retries":7}"#)
    #expect(
      found.timeout == 1.5 && found.targets == [EngineID("u"), EngineID("v")] && found.retries == 7)
    #expect(try task(#"{"retries":12,"timeout":3}"#).retries == 12)
  }

  @Test func wrongKindsAreRefused() {
    for text in [
      #"{"after":"a"}"#, #"{"after":[1]}"#, #"{"targets":"u"}"#, #"{"targets":[1]}"#,
      #"{"timeout":"x"}"#, #"{"retries":[]}"#, "[]",
      #"{"after":{"dependencies":["a"],"success":false,"failure":false}}"#,
    ] {
      #expect(throws: WireError.self, "\(text)") { try task(text) }
    }
  }

  @Test func namesAreTakenApartWhereTheyAreNumbered() {
    let numbered = MessageID("abc_12_345").numbered
    #expect(numbered?.prefix == "abc_12_" && numbered?.number == 345)
    #expect(MessageID("abc_12_0").numbered?.number == 0)
    for text in ["", "abc", "12", "abc_", "a_01", "_", "a_1x", "a_1234567890123456"] {
      #expect(MessageID(text).numbered == nil, "\(text)")
    }
    #expect(MessageID("s_4711_3").process == 4711)
    #expect(MessageID("s_x_3").process == nil)
  }
}
