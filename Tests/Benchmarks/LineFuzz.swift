/// What `fuzz-lines` makes lines of.
enum LineFuzz {
  private static let name = ["eastus", ".data", ".mcr.microsoft.com"]

  /// Whole lines of each format, in the order of `LineFormat.allCases` and then of the template, cut into fragments.
  static let lines: [[[String]]] = [
    [
      ["Nov 23 08:31:19 ", "dnsmasq[1]: ", "query[", "A", "] "] + name + [" from ", "10.0.0.1"],
      ["<30>1 2026-11-23T08:31:23.5Z h ", "dnsmasq 1 - - ", "1 10.0.0.1/53 ", "reply "] + name + [
        " is ", "NXDOMAIN",
      ],
    ],
    [
      ["[1795422713] ", "unbound[1:0] ", "info: ", "10.0.0.1 "] + name + [". ", "A ", "IN"],
      ["[1795422713] ", "unbound[1:0] ", "reply: ", "fd00::1 "] + name + [
        ". ", "A ", "IN", " NOERROR", " 0.1 0 5",
      ],
      ["[1795422713] ", "unbound[1:0] ", "info: ", "a. static ", "10.0.0.1@5 "] + name + [". ", "A ", "IN"],
    ],
    [
      ["23-Nov-2026 08:32:55.036 queries: info: ", "client @0x1 ", "10.0.0.1#5 ("] + name + ["): query: "]
        + name
        + [" IN ", "A ", "+E(0)K ", "(::1)"]
    ],
    [
      ["Nov 23 08:35:44 ", "msg=\"Answer\" ", "subsystem=\"x\" ", "answers=\"1\" ", "qname=\""] + name
        + ["\" ", "rcode=\"0\" "]
    ],
    [
      ["[1795422889.65] ", "Answer to ", "10.0.0.1:5", " for "] + name + [
        ". A", " (No Error)", " with id ", "5",
      ]
    ],
    [
      ["[INFO] ", "10.0.0.1:5", " - 5 ", "\"A IN "] + name + [". udp 5 false 12", "\" ", "NOERROR qr 1 0.1s"]
    ],
    [
      ["{\"state\":\"success\",", "\"question\":[{\"class\":1,\"name\":\""] + name + ["\"}]", "}"],
      ["Looking up RR for "] + name + [" IN", " A", "."],
      ["Regular transaction 5", " for <"] + name + [
        " IN A", "> on scope dns on */*", " now complete with <success> from x",
      ],
    ],
    [["{\"QH\":\""] + name + ["\",", "\"Answer\":\"Qz+BgAABAAEAAAAA\"", ",\"Result\":{}", "}"]],
    [
      [
        "11/23/2026 8:31:19 AM 0E70", " PACKET  00000000033397A0 UDP ",
        "Snd 10.0.0.1    5b48 R Q [8081   DR  NOERROR] A   ",
        "(6)eastus", "(4)data", "(3)mcr(9)microsoft(3)com", "(0)",
      ]
    ],
    [
      ["#fields", "\tts", "\tquery", "\trcode_name"], ["1.5", "\t"] + name + ["\t", "NOERROR"],
      ["{\"id.orig_h\":\"10.0.0.1\",", "\"query\":\""] + name + ["\",", "\"answers\":[]", "}"],
    ],
    [
      ["{\"event_type\":\"dns\",", "\"dns\":{", "\"type\":\"answer\",", "\"rrname\":\""] + name + [
        "\"}", "}",
      ],
      ["{\"event_type\":\"tls\",", "\"tls\":{", "\"sni\":\""] + name + ["\"}", "}"],
    ],
    [
      ["1795423129.181     29 ", "10.0.0.1 ", "TCP_TUNNEL/200 ", "7137 ", "CONNECT "] + name + [
        ":443", " - H/1 -",
      ],
      ["10.0.0.1 - - [x] \"", "CONNECT "] + name + [
        ":443", " HTTP/1.1\" ", "200 1 \"-\" \"c\" ", "A:HIER_B",
      ],
    ],
    [
      ["10.0.0.1 [x] ", "TCP 200 1 2 0.1 ", "\""] + name + ["\" ", "\"127.0.0.1:1\""],
      ["{\"remote\":\"x\",", "\"sni\":\""] + name + ["\"", "}"],
    ],
    [["<134>Nov 23 08:38:48 ", "haproxy[5]: ", "10.0.0.1:5 [x] fe b/s 1/1 5 -- 1/1 0/0", " sni:"] + name],
    [
      [
        "[2026-11-23T08:31:19.123Z] \"- - -\" 0 \"-\" 1 ", "\"-\" \"-\" \"-\" \"-\" \"h\" ",
        "c 1.1.1.1:1 1.1.1.1:1 1.1.1.1:1 ",
      ]
        + name + [" -"],
      ["{", "\"requested_server_name\":\""] + name + ["\"}"],
    ],
    [["time=\"t\" ", "level=error ", "msg=\"Get ", "\\\"https://"] + name + ["/", "\\\": EOF\""]],
    [
      ["{\"category\":\"AZFWDnsQuery\",", "\"properties\":{", "\"QueryName\":\""] + name + [".\"", "}}"],
      ["{\"properties\":{\"msg\":\"", "DNS Request: ", "10.0.0.1:5 - 5 A IN "] + name
        + [". udp 5 false 5", " NOERROR qr 5 0.1s\"", "}}"],
    ],
    [["{\"version\":\"1\",", "\"query_name\":\""] + name + [".\",", "\"rcode\":\"NOERROR\"", "}"]],
    [name, ["# "] + name],
    [["x y", " q="] + name + [" from ", "z"]],
  ]

  /// What may go wrong in a line.
  static let marks = [
    " ", "\r", "\n", "\0", "\u{1b}[31m", ".", "-", "\"", "\\", "\\u002e", "\\u00", "{", "}", "[", "]", "(",
    ")", ":",
    "\t", ",", "(63)", "(0)", " is ", " from ", "): query: ", ".data.mcr.microsoft.com", "\u{e9}",
    String(repeating: "a", count: 70), String(repeating: "[", count: 80), String(repeating: "x", count: 9000),
  ].map { Array($0.utf8) }
}
