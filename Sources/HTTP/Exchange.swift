import CCurl
import Glibc

/// One request and its answer on one libcurl handle. libcurl holds a pointer to it from `init` until the
/// handle is reset.
final class Exchange {
  let request: HTTPRequest
  let handle: UnsafeMutableRawPointer
  private let summary: String
  private let host: String
  private let sink: (any HTTPBodySink)?
  private let errorText: UnsafeMutablePointer<CChar>
  private var headerList: UnsafeMutablePointer<curl_slist>?

  private var head = HTTPResponse(status: 0)
  private var isHeadComplete = false
  private var use = HTTPBodyUse.memory
  /// Whether we ended the exchange because nobody wants the rest of its body.
  private var isCutShort = false
  /// Why we ended the exchange ourselves.
  private var failure: HTTPError?

  init(
    _ request: HTTPRequest, _ url: HTTPURL, sink: (any HTTPBodySink)?, trust: Trust?,
    handle: UnsafeMutableRawPointer
  ) throws(HTTPError) {
    self.request = request
    self.sink = sink
    self.handle = handle
    summary = url.summary(request)
    host = url.host
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try addHeaders()
    setOptions()
    setMethod()
    if url.isLocal { _ = curl_set_string(handle, CURLOPT_PROXY, "") }
    if let trust { set(trust) }
    setCallbacks()
  }

  deinit {
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  func error(_ kind: HTTPError.Kind, _ reason: String) -> HTTPError {
    HTTPError(kind, request: summary, reason: reason)
  }

  /// What the exchange came to.
  func result(_ code: CURLcode) -> Result<HTTPResponse, HTTPError> {
    if let failure { return .failure(failure) }
    if code == CURLE_OK || isCutShort, isHeadComplete { return .success(head) }
    var reason = String(cString: errorText)
    if reason.isEmpty { reason = String(cString: curl_easy_strerror(code)) }
    let kind = HTTPError.Kind(code)
    // libcurl's words name the host for other kinds.
    if kind == .certificate || kind == .tls { reason = "\(host): \(reason)" }
    if kind == .certificate {
      reason += ". Set AWS_CA_BUNDLE to use your own certificates."
    }
    return .failure(error(kind, reason))
  }

  // MARK: The request

  private func addHeaders() throws(HTTPError) {
    // What libcurl would add of its own accord.
    var lines = ["Accept:", "Expect:"]
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      lines.append("Content-Type:")
    }
    for (name, value) in request.headers {
      guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
        throw error(.invalidRequest, "'\(name)' is not a header's name")
      }
      guard !value.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
        throw error(.invalidRequest, "the header \(name) has a line break in its value")
      }
      // A semicolon is libcurl's way to write a header without a value.
      lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    for line in lines {
      guard let longer = curl_slist_append(headerList, line) else {
        throw error(.invalidRequest, "there is no memory for the headers")
      }
      headerList = longer
    }
  }

  /// The characters of a `token`, RFC 9110 section 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private func setOptions() {
    _ = curl_set_string(handle, CURLOPT_URL, request.url)
    _ = curl_set_list(handle, CURLOPT_HTTPHEADER, headerList)
    _ = curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
    _ = curl_allow_http_only(handle)
    _ = curl_set_long(handle, CURLOPT_PATH_AS_IS, 1)
    _ = curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    _ = curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    _ = curl_set_long(handle, CURLOPT_BUFFERSIZE, 256 << 10)
    _ = curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connectTimeout))
    if let timeout = request.timeout {
      _ = curl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds(timeout))
    }
    if let stallTimeout = request.stallTimeout {
      // libcurl's unit here is the second.
      _ = curl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
      _ = curl_set_long(handle, CURLOPT_LOW_SPEED_TIME, (milliseconds(stallTimeout) + 999) / 1000)
    }
  }

  private func setMethod() {
    switch request.method {
    case "HEAD":
      _ = curl_set_long(handle, CURLOPT_NOBODY, 1)
      return
    case "GET" where request.body.isEmpty:
      _ = curl_set_long(handle, CURLOPT_HTTPGET, 1)
      return
    default: break
    }
    let sendsBody = !request.body.isEmpty || request.method == "POST" || request.method == "PUT"
    if sendsBody {
      // The size first: the bytes are copied, and need not be a C string.
      _ = curl_set_long(handle, CURLOPT_POST, 1)
      _ = curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
      request.body.withUnsafeBytes {
        let bytes = UnsafeMutableRawPointer(mutating: $0.baseAddress)
        _ = curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, bytes ?? UnsafeMutableRawPointer(errorText))
      }
    }
    if request.method != "POST" { _ = curl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method) }
  }

  private func set(_ trust: Trust) {
    switch trust {
    case .libraryDefault: break
    case .file(let path): _ = curl_set_string(handle, CURLOPT_CAINFO, path)
    case .system(let bundle):
      let context = Unmanaged.passUnretained(bundle).toOpaque()
      let result = curl_set_ssl_function(handle) { _, context, bundle in
        guard let context, let bundle else { return CURLE_SSL_CERTPROBLEM }
        let isInstalled = Unmanaged<CertificateBundle>.fromOpaque(bundle).takeUnretainedValue()
          .install(in: OpaquePointer(context))
        return isInstalled ? CURLE_OK : CURLE_SSL_CERTPROBLEM
      }
      // A libcurl that does not use OpenSSL.
      guard result == CURLE_OK else { return set(.file(bundle.path)) }
      _ = curl_set_pointer(handle, CURLOPT_SSL_CTX_DATA, context)
      _ = curl_set_string(handle, CURLOPT_CAINFO, nil)
      _ = curl_set_string(handle, CURLOPT_CAPATH, nil)
    }
  }

  private func setCallbacks() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    _ = curl_set_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      Exchange.receive(bytes, size * count, context) { $0.receiveHeader($1) }
    }
    _ = curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
    _ = curl_set_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      Exchange.receive(bytes, size * count, context) { $0.receiveBody($1) }
    }
  }

  // MARK: The answer

  /// - Returns: as libcurl wants it, the count that was taken: any other one ends the exchange, but for one
  ///   that lets it rest.
  private static func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
    _ take: (Exchange, UnsafeRawBufferPointer) -> HTTPBodyReaction
  ) -> Int {
    guard count > 0 else { return 0 }
    guard let context else { return 0 }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    return switch take(exchange, UnsafeRawBufferPointer(start: bytes, count: count)) {
    case .taken: count
    case .later: Int(CURL_WRITEFUNC_PAUSE)
    case .refused: 0
    }
  }

  private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyReaction {
    // Trailers say nothing that is needed here.
    guard !isHeadComplete else { return .taken }
    var line = Self.text(bytes)
    while line.last?.isNewline == true { line.removeLast() }
    if line.hasPrefix("HTTP/") {
      // Also after an interim answer, such as 100.
      head = HTTPResponse(status: line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
    } else if line.isEmpty {
      if head.status >= 200 { return beginBody() }
    } else if let colon = line.firstIndex(of: ":") {
      head.headers.add(Self.trim(line[..<colon]), Self.trim(line[line.index(after: colon)...]))
    }
    return .taken
  }

  /// Bytes of an unwanted body that are read all the same: another connection would cost more.
  private static let cheapLength = 64 << 10

  private func beginBody() -> HTTPBodyReaction {
    isHeadComplete = true
    guard request.method != "HEAD" else { return .taken }
    use = sink?.use(of: head) ?? .memory
    let length = head.headers["content-length"].flatMap({ Int($0) })
    switch use {
    case .sink: return .taken
    case .none:
      isCutShort = (length ?? Int.max) > Self.cheapLength
      return isCutShort ? .refused : .taken
    case .memory:
      guard let length else { return .taken }
      guard length <= request.limit else { return refuseLength() }
      head.body.reserveCapacity(max(0, length))
      return .taken
    }
  }

  private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyReaction {
    switch use {
    case .none: return .taken
    case .sink:
      let reaction = sink?.write(bytes) ?? .refused
      if case .refused = reaction { failure = error(.sink, "the answer could not be kept") }
      return reaction
    case .memory:
      guard bytes.count <= request.limit - head.body.count else { return refuseLength() }
      head.body.append(contentsOf: bytes)
      return .taken
    }
  }

  private func refuseLength() -> HTTPBodyReaction {
    failure = error(.tooLarge, "the answer is longer than the \(request.limit) bytes that are allowed")
    return .refused
  }

  /// UTF-8, or else ISO 8859-1, in which every byte is a character.
  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  private static func trim(_ text: Substring) -> String {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}

extension HTTPError.Kind {
  fileprivate init(_ code: CURLcode) {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: self = .connect
    case CURLE_OPERATION_TIMEDOUT: self = .timeout
    case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: self = .malformed
    // The scheme was looked at before: what is not supported is an answer without a status line.
    case CURLE_UNSUPPORTED_PROTOCOL: self = .malformed
    case CURLE_SSL_CONNECT_ERROR: self = .tls
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR: self = .certificate
    case CURLE_URL_MALFORMAT: self = .invalidRequest
    default: self = .broken
    }
  }
}
