import Inference
import JSON

extension LayerClass {
  static let slicingOperations: [String: LayerClass] = [
    "GetItem": LayerClass { layer, builder throws(KerasError) in
      let keys = try layer.itemKeys()
      if let item = try layer.itemOfSizes(keys) { return item }
      let x = try layer.operand(in: &builder)
      return .tensor(try builder.item(x, keys, layer))
    },
    "Slice": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "inputs", in: &builder)
      let sizes = try builder.sizes(layer.parameter("shape"), of: x, "shape", layer)
      guard case .constant(let json)? = layer.optionalOperand(1, "start_indices"),
        let starts = json.unwrapped.array?.allIntegers, starts.count == sizes.count
      else { throw layer.error("its start_indices are not as many whole numbers as its shape has") }
      let slices = zip(starts, sizes).map { start, size in
        Slice.range(
          begin: start, end: size < 0 ? nil : start.addingReportingOverflow(size).partialValue, step: 1)
      }
      return .tensor(try builder.add(.slice(slices), [x], layer))
    },
    "Take": LayerClass { layer, builder throws(KerasError) in
      var x = try layer.operand(in: &builder)
      let axis = try layer.axis(of: x, builder)
      let indices = try layer.operand(1, "indices", in: &builder)
      guard let constant = builder.constantTensor(indices) else {
        // Rows of a table that is known: an embedding.
        if axis == 0, let table = builder.constantTensor(x), table.shape.count == 2 {
          return .tensor(try builder.add(.embedding(table: table), [indices], layer))
        }
        if axis == nil { x = try builder.flattened(x, layer) }
        return .tensor(try builder.take(x, at: indices, axis: axis ?? 0, layer))
      }
      if axis == nil { x = try builder.flattened(x, layer) }
      return .tensor(try builder.take(constant, of: x, axis: axis ?? 0, layer))
    },
    "TakeAlongAxis": LayerClass { layer, builder throws(KerasError) in
      var x = try layer.operand(in: &builder)
      var indices = try layer.operand(1, "indices", in: &builder)
      let axis = try layer.axis(of: x, builder)
      if axis == nil {
        x = try builder.flattened(x, layer)
        indices = try builder.flattened(indices, layer)
      }
      return .tensor(try builder.takeAlong(x, indices, axis: axis ?? 0, layer))
    },
    "SliceUpdate": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "inputs", in: &builder)
      let updates = try layer.operand(2, "updates", in: &builder)
      let rank = builder.shape(x).count
      guard case .constant(let json)? = layer.optionalOperand(1, "start_indices"),
        let starts = json.unwrapped.array?.allIntegers, starts.count == rank,
        builder.shape(updates).count == rank
      else { throw layer.error("its start_indices are not a whole number for each axis") }
      // What lies around the new values, from the original, an axis after the other.
      var result = updates
      for axis in (0..<rank).reversed() {
        if starts[axis] == 0, builder.shape(x)[axis] == builder.shape(updates)[axis] { continue }
        let size = try builder.size(axis, of: updates, layer)
        let total = try builder.size(axis, of: x, layer)
        // Keras moves updates that would not fit.
        let start = min(max(starts[axis], 0), total - size)
        guard start >= 0 else { throw layer.error("its updates are larger than what they are to update") }
        func around(_ begin: Int, _ end: Int) -> [Slice] {
          (0..<rank).map { other in
            if other == axis { return .range(begin: begin, end: end, step: 1) }
            guard other < axis, let size = builder.shape(updates)[other],
              builder.shape(x)[other] != size
            else { return .whole }
            let start = starts[other]
            return .range(begin: start, end: start.addingReportingOverflow(size).partialValue, step: 1)
          }
        }
        var parts = [result]
        if start > 0 { parts.insert(try builder.add(.slice(around(0, start)), [x], layer), at: 0) }
        if start + size < total {
          parts.append(try builder.add(.slice(around(start + size, total)), [x], layer))
        }
        if parts.count > 1 { result = try builder.add(.concatenation(axis: axis), parts, layer) }
      }
      return .tensor(result)
    },
  ]
}

/// One entry of the key of Python's `x[...]`.
enum ItemKey {
  case slice(Slice)
  case ellipsis
  /// A list of indices.
  case indices([Int])
}

extension LayerCall {
  /// The key of `x[key]`, the second operand.
  fileprivate func itemKeys() throws(KerasError) -> [ItemKey] {
    // A key of None is a key, not an absent one.
    let key =
      arguments.positional.count > 1
      ? arguments.positional[1] : arguments.keywords.last { $0.key == "key" }?.value
    guard case .constant(let json)? = key else {
      if case .list(let elements)? = key {
        var keys: [ItemKey] = []
        for element in elements {
          guard case .constant(let json) = element else { throw error("an index is computed") }
          keys.append(try itemKey(json))
        }
        return keys
      }
      throw error("its key is computed", remedy: "slice by constants")
    }
    if case .array(let elements) = json.unwrapped {
      return try elements.map { element throws(KerasError) in try itemKey(element) }
    }
    return [try itemKey(json)]
  }

  private func itemKey(_ json: JSONValue) throws(KerasError) -> ItemKey {
    switch json {
    case .null: return .slice(.newAxis)
    case .object(let object):
      switch object["class_name"]?.string {
      case "__ellipsis__": return .ellipsis
      // Keras 2 has the bounds in the object itself.
      case "__slice__", nil:
        let config = object["config"] ?? json
        func bound(_ key: String) throws(KerasError) -> Int? {
          guard let value = config[key], !value.isNull else { return nil }
          guard let bound = value.integer else { throw error("the \(key) of a slice is \(value.text)") }
          return bound
        }
        let step = try bound("step") ?? 1
        let (start, stop) = (try bound("start"), try bound("stop"))
        if start == nil, stop == nil, step == 1 { return .slice(.whole) }
        return .slice(.range(begin: start, end: stop, step: step))
      default: break
      }
    default: break
    }
    if let index = json.unwrapped.integer { return .slice(.index(index)) }
    if let indices = json.unwrapped.array?.allIntegers { return .indices(indices) }
    throw error("its key has the entry \(json.text), which is not supported")
  }

  /// An entry, or several, of a shape, whose sizes are not a tensor; nil: the operand is a tensor.
  func itemOfSizes(_ keys: [ItemKey]) throws(KerasError) -> Value? {
    let sizes: [Value]
    switch arguments.argument(0, "x") {
    case .list(let values): sizes = values
    case .constant(.array(let values)): sizes = values.map { .constant($0) }
    default: return nil
    }
    guard keys.count == 1, case .slice(let slice) = keys[0] else {
      throw error("its key does not fit a shape")
    }
    switch slice {
    case .index(let index):
      let place = index < 0 ? index &+ sizes.count : index
      guard sizes.indices.contains(place) else {
        throw error("a shape of \(sizes.count) has no entry \(index)")
      }
      return sizes[place]
    case .range(let begin, let end, let step) where step == 1:
      func clamped(_ bound: Int) -> Int { min(max(bound < 0 ? bound &+ sizes.count : bound, 0), sizes.count) }
      let first = clamped(begin ?? 0)
      return .list([.list(Array(sizes[first..<max(clamped(end ?? sizes.count), first)]))])
    case .whole: return .list([.list(sizes)])
    default: throw error("its key does not fit a shape")
    }
  }
}

extension GraphBuilder {
  /// numpy's `x[keys]`.
  mutating func item(_ value: Graph.ValueID, _ keys: [ItemKey], _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    let rank = shape(value).count
    let taken = keys.reduce(0) { count, key in
      switch key {
      case .slice(.newAxis), .ellipsis: count
      default: count + 1
      }
    }
    guard taken <= rank else {
      throw layer.error("its key has \(taken) entries, the shape \(shape(value).text) has fewer axes")
    }
    var slices: [Slice] = []
    var lists: [(axis: Int, indices: [Int])] = []
    for key in keys {
      switch key {
      case .slice(let slice): slices.append(slice)
      case .ellipsis: slices += Array(repeating: .whole, count: rank - taken)
      case .indices(let indices):
        // Where the axis will be once others are gone or added.
        let axis = slices.reduce(0) { count, slice in
          if case .index = slice { count } else { count + 1 }
        }
        lists.append((axis, indices))
        slices.append(.whole)
      }
    }
    if lists.count > 1 { throw layer.error("its key holds several lists of indices, which is not supported") }
    let isWhole = slices.allSatisfy { if case .whole = $0 { true } else { false } }
    let sliced = isWhole ? value : try add(.slice(slices), [value], layer)
    guard let list = lists.first else { return sliced }
    return try add(.take(indices: list.indices, axis: list.axis), [sliced], layer)
  }

  /// numpy's take with constant indices of any shape.
  fileprivate mutating func take(_ indices: Tensor, of value: Graph.ValueID, axis: Int, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    var positions: [Int] = []
    for index in indices.values {
      guard let position = Int(exactly: index) else { throw layer.error("an index is \(index)") }
      positions.append(position)
    }
    let leading = Array(repeating: Slice.whole, count: axis)
    guard !indices.shape.isEmpty else {
      return try add(.slice(leading + [.index(positions[0])]), [value], layer)
    }
    let taken = try add(.take(indices: positions, axis: axis), [value], layer)
    if indices.shape.count == 1 { return taken }
    let trailing = try shape(value).indices.dropFirst(axis + 1).map { axis throws(KerasError) in
      try size(axis, of: value, layer)
    }
    let kept = Array(repeating: Operation.keep, count: axis)
    return try add(.reshape(kept + indices.shape + trailing), [taken], layer)
  }
}
