@preconcurrency import Glibc
import JSON
import LambdaRuntime

// A small Lambda function for tests: it answers with what it got, or does what the event asks for.
//   {"fail": "text", "type": "Function.X"}   fails
//   {"size": 1000}                           answers with so many bytes
//   {"sleep": 5}                             takes so many seconds
// INIT_FAILURE=text lets it fail at the start.

struct Echo: InvocationHandler {
  func handle(_ invocation: Invocation) throws(InvocationFailure) -> [UInt8] {
    let event: JSONValue
    do {
      event = try JSONValue(invocation.body)
    } catch {
      throw InvocationFailure(type: "Function.BadEvent", message: "the event is not JSON: \(error)")
    }
    if let message = event["fail"]?.string {
      throw InvocationFailure(type: event["type"]?.string ?? "Function.Test", message: message)
    }
    if let size = event["size"]?.integer { return Array(repeating: UInt8(ascii: "1"), count: size) }
    if let seconds = event["sleep"]?.integer { sleep(UInt32(seconds)) }
    logger.forInvocation(invocation.requestID).info("echo", ["bytes": .int(invocation.body.count)])
    let answer: JSONValue = [
      "event": event, "requestID": .string(invocation.requestID),
      "functionARN": .string(invocation.functionARN), "traceID": .string(invocation.traceID ?? ""),
      "traceVariable": .string(getenv("_X_AMZN_TRACE_ID").map { String(cString: $0) } ?? ""),
      "clientContext": .string(invocation.clientContext ?? ""),
      "remaining": .integer(Int(invocation.remainingMilliseconds)), "pid": .integer(Int(getpid())),
    ]
    return Array(answer.text.utf8)
  }
}

func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

let names = ["AWS_LAMBDA_RUNTIME_API", "THIMBLE_LOG", "INIT_FAILURE"]
let environment = Dictionary(
  uniqueKeysWithValues: names.compactMap { name in variable(name).map { (name, $0) } })
let logger = Logger(environment: environment)

Runtime.run(environment: environment, logger: logger) { () throws(InvocationFailure) in
  if let message = environment["INIT_FAILURE"] {
    throw InvocationFailure(type: "Function.CannotStart", message: message)
  }
  return Echo()
}
