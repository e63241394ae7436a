import DNS
import Deciding
import Publishing

/// What a person sees at `/`.
enum IndexText {
  static func text(
    _ sets: [(name: SetName, published: PublishedSet?)], _ formats: FormatCatalog
  ) -> [UInt8] {
    var text = "Postern: address sets for firewalls, kept in step with DNS names\n\nSets\n"
    for (name, published) in sets {
      guard let published else {
        text += "  \(name)  nothing published yet\n"
        continue
      }
      let snapshot = published.snapshot
      text += "  \(name)  \(published.status.rawValue), generation \(snapshot.generation) of \(snapshot.at), "
      text += "\(snapshot.count(of: .ipv4)) IPv4 and \(snapshot.count(of: .ipv6)) IPv6 addresses\n"
      for format in formats.all { text += "    /v1/sets/\(name).\(format.fileExtension)\n" }
    }
    text += """

      Options of a set's file
        family=4|6|both  aggregate=0|1  cidr=auto|always|never  comments=0|1  max_entries=N  download=1
        and those of one format, which /v1/formats lists

      Elsewhere
        /v1/sets                                    all sets, JSON
        /v1/sets/SET/version                        generation, digest and status, JSON
        /v1/sets/SET/changes?since=GENERATION       what entered and left, JSON
        /v1/sets/SET/diff?from=POINT&to=POINT       the same between two generations or moments; format=text
        /v1/sets/SET/snapshots/GENERATION.txt       an old generation, for ever the same
        /v1/formats                                 formats with limits, options and products, JSON
        /v1/names                                   names tracked, JSON
        /v1/history?name=NAME|address=ADDRESS       who pointed where, when; format=cof for passive DNS tools
        /v1/explain?ip=ADDRESS&at=TIME              why an address is, was or isn't in a set
        /v1/decisions                               who decided what, when and why; also each policy
        POST /v1/sightings                          hostnames in use, with a token
        /healthz  /readyz  /metrics

      """
    return Array(text.utf8)
  }
}
