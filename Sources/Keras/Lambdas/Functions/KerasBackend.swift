extension LibraryFunction {
  /// `keras.backend` of Keras 1 and 2.
  /// https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/backend
  static let kerasBackend = """
    abs = Absolute *x
    all = All *x axis keepdims
    any = Any *x axis keepdims
    argmax = Argmax *x axis=-1
    argmin = Argmin *x axis=-1
    batch_normalization = BatchNorm *x *mean *var *beta *gamma axis=-1 epsilon=0.001
    bias_add = Add *x *bias
    cast = Cast *x dtype
    clip = Clip *x min_value:x_min max_value:x_max
    concatenate = Concatenate *tensors axis=-1
    cos = Cos *x
    cumsum = Cumsum *x axis=0
    elu = Elu *x alpha
    equal = Equal *x *y
    exp = Exp *x
    expand_dims = ExpandDims *x axis=-1
    flatten = Ravel *x
    gather = Take *reference *indices axis=0
    greater = Greater *x *y
    greater_equal = GreaterEqual *x *y
    identity = Copy *x
    l2_normalize = L2Normalize *x axis
    less = Less *x *y
    less_equal = LessEqual *x *y
    log = Log *x
    max = Max *x axis keepdims
    maximum = Maximum *x *y
    mean = Mean *x axis keepdims
    min = Min *x axis keepdims
    minimum = Minimum *x *y
    not_equal = NotEqual *x *y
    one_hot = OneHot *indices num_classes
    ones_like = OnesLike *x
    permute_dimensions = Transpose *x pattern:axes
    pow = Power *x *a
    prod = Prod *x axis keepdims
    repeat_elements = Repeat *x rep:repeats axis
    reshape = Reshape *x shape
    reverse = Flip *x axes:axis
    round = Round *x
    sigmoid = Sigmoid *x
    sign = Sign *x
    sin = Sin *x
    softmax = Softmax *x axis=-1
    softplus = Softplus *x
    softsign = Softsign *x
    square = Square *x
    squeeze = Squeeze *x axis
    stack = Stack *x axis=0
    std = Std *x axis keepdims
    stop_gradient = StopGradient *variables
    sum = Sum *x axis keepdims
    tanh = Tanh *x
    tile = Tile *x n:repeats
    transpose = Transpose *x
    var = Var *x axis keepdims
    zeros_like = ZerosLike *x
    """
}
