internal import DNS
internal import Deciding

/// `journal.detail` of a start or checkpoint.
struct StoredCircumstances: Codable {
  let vantages: [String]
  let taps: [String: Bool]
  let queriesPerSecond: Int
  let outstanding: Int
  let namesPerPattern: Int
  let addressesPerName: Int
  /// In milliseconds; none in files of before it was noted.
  let probation: Int64?
  /// The decisions that told the sets' policies, in the configuration's order.
  let policies: [Int64]
  /// The service tags that count; none in files of before they were noted, nor what follows.
  let tags: [StoredTagEdition]?
  /// The networks of each name that ever had addresses.
  let networks: [String: [String]]?
  let waiting: [Waiting]?
  let forgotten: [String: [String]]?
  let unasked: [String: [Unasked]]?
  /// Set where the state beside a start was removed, and the journal alone doesn't tell what it was.
  private(set) var isBroken: Bool?

  struct Waiting: Codable {
    let name: String
    let address: String
    let since: Int64
    let vantages: [String]
    let isLetIn: Bool
  }

  struct Unasked: Codable {
    let name: String
    let type: UInt16
    let vantage: String
  }

  init(_ circumstances: JournalCircumstances, policies: [Int64]) {
    vantages = circumstances.vantages.map(\.label)
    taps = Dictionary(circumstances.taps.map { ($0.key.label, $0.value) }) { first, _ in first }
    queriesPerSecond = circumstances.limits.queriesPerSecond
    outstanding = circumstances.limits.outstanding
    namesPerPattern = circumstances.limits.namesPerPattern
    addressesPerName = circumstances.limits.addressesPerName
    probation = circumstances.limits.probation.milliseconds
    self.policies = policies
    tags = circumstances.tags.map(StoredTagEdition.all)
    networks = circumstances.networks.map { networks in
      Dictionary(networks.map { ($0.key.text, $0.value.sorted().map(\.description)) }) { first, _ in first }
    }
    waiting = circumstances.standing?.waiting.map { entry in
      Waiting(
        name: entry.name.text, address: entry.address.description, since: entry.since.milliseconds,
        vantages: entry.vantages.map(\.label).sorted(), isLetIn: entry.isLetIn)
    }
    forgotten = circumstances.standing.map { standing in
      Dictionary(standing.forgotten.map { ($0.key.text, $0.value.map(\.description)) }) { first, _ in first }
    }
    unasked = circumstances.standing.map { standing in
      Dictionary(
        standing.unasked.map { set, questions in
          (
            set.text,
            questions.map {
              Unasked(
                name: $0.question.name.text, type: $0.question.type.rawValue, vantage: $0.vantage.label)
            }
          )
        }
      ) { first, _ in first }
    }
  }

  /// - Parameter book: the editions that `tags` names.
  func circumstances(_ policies: [SetPolicy], book: TagBook?) -> JournalCircumstances {
    var told = JournalCircumstances(
      vantages: vantages.map { Vantage($0) },
      taps: Dictionary(taps.map { (Vantage($0.key), $0.value) }) { first, _ in first },
      limits: Limits(
        queriesPerSecond: queriesPerSecond, outstanding: outstanding, namesPerPattern: namesPerPattern,
        addressesPerName: addressesPerName,
        probation: probation.map { .milliseconds($0) } ?? Limits.defaultProbation), policies: policies)
    told.tags = book
    told.networks = networks.map { networks in
      Dictionary(
        networks.map { (DomainName(canonical: $0.key), Set($0.value.compactMap { IPPrefix($0) })) }
      ) { first, _ in first }
    }
    told.standing = standing
    told.isBroken = isBroken ?? false
    return told
  }

  private var standing: JournalStanding? {
    guard let waiting else { return nil }
    var standing = JournalStanding()
    standing.waiting = waiting.compactMap { entry in
      IPAddress(entry.address).map { address in
        WaitingAddress(
          name: DomainName(canonical: entry.name), address: address,
          since: Timestamp(milliseconds: entry.since), vantages: Set(entry.vantages.map { Vantage($0) }),
          isLetIn: entry.isLetIn)
      }
    }
    for (set, addresses) in forgotten ?? [:] {
      guard let set = SetName(set) else { continue }
      standing.forgotten[set] = addresses.compactMap { IPAddress($0) }
    }
    for (set, questions) in unasked ?? [:] {
      guard let set = SetName(set) else { continue }
      standing.unasked[set] = questions.map {
        UnaskedQuestion(
          question: Question(DomainName(canonical: $0.name), RecordType(rawValue: $0.type)),
          vantage: Vantage($0.vantage))
      }
    }
    return standing
  }
}

/// One edition of service tags in the journal. When it was known to be current may move on later, so it is told here.
struct StoredTagEdition: Codable, Hashable {
  /// `tag_edition.id`
  let edition: Int64
  let asOf: Int64

  /// The editions of a book, by number.
  static func all(of book: TagBook) -> [StoredTagEdition] {
    book.editions.values.map { StoredTagEdition(edition: $0.id, asOf: $0.asOf.milliseconds) }
      .sorted { $0.edition < $1.edition }
  }
}
