import DNS
import Deciding
import Publishing
import TestTools
import Testing

@Suite struct CommonOutputFormatTests {
  @Test("an interval is one JSON object on a line, with the field names of the draft")
  func lines() throws {
    let key = ObservationKey(
      name: try DomainName("mcr.microsoft.com"), vantage: Vantage("branch"),
      owner: try DomainName("mcr-0.example.net"), type: .a,
      data: .address(try #require(IPAddress("150.171.69.10"))))
    let alias = ObservationKey(
      name: key.name, vantage: key.vantage, owner: key.name, type: .cname, data: .name(key.owner))
    let intervals = [key, alias].map { key in
      ObservedInterval(
        observation: Observation(
          key: key, firstSeen: Timestamp(seconds: 1_000), lastSeen: Timestamp(seconds: 2_000), count: 7,
          ttl: TTL(wire: 60), watched: 0), until: nil)
    }
    #expect(
      CommonOutputFormat.lines(intervals).text == """
        {"rrname":"mcr-0.example.net","rrtype":"A","rdata":"150.171.69.10","time_first":1000,"time_last":2000,\
        "count":7,"sensor_id":"branch"}
        {"rrname":"mcr.microsoft.com","rrtype":"CNAME","rdata":"mcr-0.example.net","time_first":1000,\
        "time_last":2000,"count":7,"sensor_id":"branch"}

        """)
  }

  @Test("a record that several names gave is one line, with the counts added up")
  func tuples() throws {
    let intervals = try [("a.example", 1_000, 3), ("b.example", 500, 4)].map { name, first, count in
      let key = ObservationKey(
        name: try DomainName(name), vantage: Vantage("branch"), owner: try DomainName("edge.example"),
        type: .a,
        data: .address(try #require(IPAddress("150.171.69.10"))))
      return ObservedInterval(
        observation: Observation(
          key: key, firstSeen: Timestamp(seconds: Int64(first)),
          lastSeen: Timestamp(seconds: Int64(first) + 1_000),
          count: Int64(count), ttl: TTL(wire: 60), watched: 0), until: nil)
    }
    #expect(
      CommonOutputFormat.lines(intervals).text == """
        {"rrname":"edge.example","rrtype":"A","rdata":"150.171.69.10","time_first":500,"time_last":2000,\
        "count":7,"sensor_id":"branch"}

        """)
  }
}
