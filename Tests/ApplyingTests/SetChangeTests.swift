import Applying
import DNS
import Deciding
import Publishing
import Testing

@Suite struct SetChangeTests {
  @Test(
    "only what differs is deleted and added, and an element that stays is never named",
    arguments: [
      (["20.0.0.1", "20.0.0.9"], ["20.0.0.1", "20.0.0.9"], nil),
      (
        ["20.0.0.1", "20.0.0.9"], ["20.0.0.1", "20.0.0.7"],
        "delete element inet postern mcr4 { 20.0.0.9 }\nadd element inet postern mcr4 { 20.0.0.7 }\n"
      ),
      (
        ["20.0.0.1", "20.0.0.5"], ["20.0.0.1", "20.0.0.5", "20.0.0.6"],
        "delete element inet postern mcr4 { 20.0.0.5 }\nadd element inet postern mcr4 { 20.0.0.5-20.0.0.6 }\n"
      ),
      (
        ["20.0.0.1"], ["20.0.0.9"],
        "flush set inet postern mcr4\nadd element inet postern mcr4 { 20.0.0.9 }\n"
      ),
      ([], ["20.0.0.9"], "flush set inet postern mcr4\nadd element inet postern mcr4 { 20.0.0.9 }\n"),
      (
        ["20.0.0.1", "30.0.0.0/8"], ["20.0.0.1"],
        "delete element inet postern mcr4 { 30.0.0.0-30.255.255.255 }\n"
      ),
    ] as [([String], [String], String?)])
  func nft(held: [String], wanted: [String], script: String?) throws {
    let target = try KernelTarget(.nft(.postern), name: Samples.name())
    let elements = try target.elements(Samples.wanted(wanted), .ipv4)
    let change = try SetChange(
      set: "mcr4", family: .ipv4, held: KernelSet(ranges: Samples.ranges(held)), wanted: elements,
      allowsEmptyFamily: false)
    let text = NFTScript.text([change], table: .postern, wanted: ["mcr4": elements], isWhole: false)
    #expect(text.map { String(decoding: $0, as: UTF8.self) } == script)
  }

  @Test("a missing set is made with its table, in the same transaction")
  func missing() throws {
    let elements = try Samples.ranges(["2001:db8::1"])
    let change = try SetChange(
      set: "mcr6", family: .ipv6, held: nil, wanted: elements, allowsEmptyFamily: false)
    let text = try #require(
      NFTScript.text([change], table: .postern, wanted: ["mcr6": elements], isWhole: false))
    #expect(
      String(decoding: text, as: UTF8.self) == """
        add table inet postern
        add set inet postern mcr6 { type ipv6_addr; flags interval; auto-merge; }
        add element inet postern mcr6 { 2001:db8::1 }

        """)
  }

  @Test("a family that would lose its last element stays, unless a person says so")
  func emptyFamily() throws {
    let held = KernelSet(ranges: try Samples.ranges(["20.0.0.1"]))
    #expect(throws: ApplyError.emptyFamily(.ipv4, set: "mcr4")) {
      try SetChange(set: "mcr4", family: .ipv4, held: held, wanted: [], allowsEmptyFamily: false)
    }
    let change = try SetChange(set: "mcr4", family: .ipv4, held: held, wanted: [], allowsEmptyFamily: true)
    #expect(change.removed.count == 1)
    #expect(try SetChange(set: "mcr4", family: .ipv4, held: nil, wanted: [], allowsEmptyFamily: false).isNew)
  }

  @Test("an empty set can't even be wanted")
  func empty() throws {
    #expect(throws: ApplyError.emptySet(try Samples.name())) { try Samples.wanted([]) }
  }

  @Test("ipset changes one element in place, and swaps for more, for a full set and for one with timeouts")
  func ipsetSteps() throws {
    func step(_ held: KernelSet, _ wanted: [String]) throws -> String? {
      let change = try SetChange(
        set: "mcr4", family: .ipv4, held: held, wanted: Samples.ranges(wanted), allowsEmptyFamily: false)
      return IPSetScript.step(change, held: held).map { String(decoding: $0, as: UTF8.self) }
    }
    let two = try Samples.ranges(["20.0.0.1", "20.0.0.8/30"])
    #expect(
      try step(KernelSet(ranges: two, capacity: 9), ["20.0.0.1", "20.0.0.8/30", "20.1.0.0/16"])
        == "add mcr4 20.1.0.0/16\n")
    #expect(try step(KernelSet(ranges: two, capacity: 9), ["20.0.0.1"]) == "del mcr4 20.0.0.8/30\n")
    #expect(try step(KernelSet(ranges: two, capacity: 9), ["20.0.0.1", "20.0.0.2"]) == nil)
    #expect(try step(KernelSet(ranges: two, capacity: 2), ["20.0.0.1", "20.0.0.8/30", "20.1.0.0/16"]) == nil)
    #expect(try step(KernelSet(ranges: two, capacity: 9, hasTimeout: true), ["20.0.0.1"]) == nil)
  }

  @Test(
    "names that nft can't read are refused before anything is run",
    arguments: ["1mcr", "_x", "-x", "icmpv", "ip"])
  func names(_ text: String) throws {
    guard let name = SetName(text) else { return }
    #expect(throws: ApplyError.self) { try KernelTarget(.nft(.postern), name: name) }
    #expect(throws: Never.self) { try KernelTarget(.ipset, name: name) }
  }
}
