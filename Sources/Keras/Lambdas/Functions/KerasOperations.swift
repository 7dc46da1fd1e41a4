extension LibraryFunction {
  /// `keras.ops`; numpy's functions are the same under the same names.
  /// https://keras.io/api/ops/
  static let kerasOperations = """
    abs = Absolute *x
    absolute = Absolute *x
    add = Add *x1 *x2
    all = All *x axis keepdims
    amax = Amax *x axis keepdims
    amin = Amin *x axis keepdims
    any = Any *x axis keepdims
    arccos = Arccos *x
    arcsin = Arcsin *x
    arctan = Arctan *x
    arctan2 = Arctan2 *x1 *x2
    argmax = Argmax *x axis keepdims
    argmin = Argmin *x axis keepdims
    average_pool = AveragePool *inputs pool_size strides padding=valid data_format
    broadcast_to = BroadcastTo *x shape
    cast = Cast *x dtype
    ceil = Ceil *x
    clip = Clip *x x_min x_max
    concatenate = Concatenate *xs axis=0
    cos = Cos *x
    cosh = Cosh *x
    cumprod = Cumprod *x axis
    cumsum = Cumsum *x axis
    divide = Divide *x1 *x2
    divide_no_nan = DivideNoNan *x1 *x2
    elu = Elu *x alpha
    equal = Equal *x1 *x2
    erf = Erf *x
    exp = Exp *x
    expand_dims = ExpandDims *x axis
    expm1 = Expm1 *x
    flip = Flip *x axis
    floor = Floor *x
    floor_divide = FloorDivide *x1 *x2
    gelu = Gelu *x approximate=true
    greater = Greater *x1 *x2
    greater_equal = GreaterEqual *x1 *x2
    hard_sigmoid = HardSigmoid *x
    hard_silu = HardSilu *x
    hard_swish = HardSilu *x
    isfinite = Isfinite *x
    isinf = Isinf *x
    isnan = Isnan *x
    leaky_relu = LeakyRelu *x negative_slope=0.2
    less = Less *x1 *x2
    less_equal = LessEqual *x1 *x2
    log = Log *x
    log10 = Log10 *x
    log1p = Log1p *x
    log2 = Log2 *x
    log_sigmoid = LogSigmoid *x
    log_softmax = LogSoftmax *x axis=-1
    logical_and = LogicalAnd *x1 *x2
    logical_not = LogicalNot *x
    logical_or = LogicalOr *x1 *x2
    logsumexp = Logsumexp *x axis keepdims
    matmul = Matmul *x1 *x2
    max = Max *x axis keepdims
    max_pool = MaxPool *inputs pool_size strides padding=valid data_format
    maximum = Maximum *x1 *x2
    mean = Mean *x axis keepdims
    min = Min *x axis keepdims
    minimum = Minimum *x1 *x2
    mod = Mod *x1 *x2
    moveaxis = Moveaxis *x source destination
    multiply = Multiply *x1 *x2
    negative = Negative *x
    norm = Norm *x ord axis keepdims
    normalize = Normalize *x axis=-1 order=2 epsilon
    not_equal = NotEqual *x1 *x2
    one_hot = OneHot *x num_classes axis=-1
    ones_like = OnesLike *x
    pad = Pad *x pad_width mode=constant constant_values
    power = Power *x1 *x2
    prod = Prod *x axis keepdims
    ravel = Ravel *x
    reciprocal = Reciprocal *x
    relu = Relu *x
    relu6 = Relu6 *x
    repeat = Repeat *x repeats axis
    reshape = Reshape *x newshape
    roll = Roll *x shift axis
    round = Round *x decimals
    rsqrt = Rsqrt *x
    selu = Selu *x
    sigmoid = Sigmoid *x
    sign = Sign *x
    silu = Silu *x
    sin = Sin *x
    sinh = Sinh *x
    softmax = Softmax *x axis=-1
    softplus = Softplus *x
    softsign = Softsign *x
    split = Split *x indices_or_sections axis=0
    sqrt = Sqrt *x
    square = Square *x
    squeeze = Squeeze *x axis
    stack = Stack *x axis=0
    std = Std *x axis keepdims
    stop_gradient = StopGradient *variable
    subtract = Subtract *x1 *x2
    sum = Sum *x axis keepdims
    swapaxes = Swapaxes *x axis1 axis2
    swish = Silu *x
    take = Take *x *indices axis
    tan = Tan *x
    tanh = Tanh *x
    tile = Tile *x repeats
    transpose = Transpose *x axes
    true_divide = TrueDivide *x1 *x2
    unstack = Unstack *x !num axis=0
    var = Var *x axis keepdims
    where = Where *condition *x1 *x2
    zeros_like = ZerosLike *x
    """

  /// `keras.activations`, but for `relu`.
  static let kerasActivations = """
    elu = Elu *x alpha
    exponential = Exp *x
    gelu = Gelu *x approximate=false
    linear = Copy *x
    log_softmax = LogSoftmax *x axis=-1
    relu6 = Relu6 *x
    selu = Selu *x
    sigmoid = Sigmoid *x
    silu = Silu *x
    softmax = Softmax *x axis=-1
    softplus = Softplus *x
    softsign = Softsign *x
    swish = Silu *x
    tanh = Tanh *x
    """

  /// `keras.ops.image`.
  static let kerasImages = """
    resize = Resize *images size interpolation=bilinear antialias
    rgb_to_grayscale = RGBToGrayscale *images data_format
    """

  /// numpy's functions with other parameters than those of `keras.ops`.
  static let numpy = """
    all = All *a axis !out keepdims
    amax = Amax *a axis !out keepdims
    amin = Amin *a axis !out keepdims
    any = Any *a axis !out keepdims
    argmax = Argmax *a axis
    argmin = Argmin *a axis
    clip = Clip *a a_min:x_min a_max:x_max
    concatenate = Concatenate *arrays axis=0
    cumsum = Cumsum *a axis
    expand_dims = ExpandDims *a axis
    flip = Flip *m axis
    max = Max *a axis !out keepdims
    mean = Mean *a axis !dtype !out keepdims
    min = Min *a axis !out keepdims
    prod = Prod *a axis !dtype !out keepdims
    repeat = Repeat *a repeats axis
    reshape = Reshape *a newshape
    split = Split *ary indices_or_sections axis=0
    squeeze = Squeeze *a axis
    stack = Stack *arrays axis=0
    std = Std *a axis !dtype !out !ddof keepdims
    sum = Sum *a axis !dtype !out keepdims
    tile = Tile *A reps:repeats
    transpose = Transpose *a axes
    var = Var *a axis !dtype !out !ddof keepdims
    """
}
