"""Known-wrong answers of lesson 1, each with the mistake that it stands for."""

from tinynet.course import instead_of


@instead_of("affine", "W was transposed: columns of W are features, so z = x W, not x W^T")
def rows_as_features(x, W, b):
    return x @ W.T + b


@instead_of("affine", "the bias was added along the wrong axis: it has one entry a column (feature), not one a row")
def bias_for_each_example(x, W, b):
    return x @ W + b[:, None]


@instead_of("affine", "the bias is missing: z = x W + b")
def without_bias(x, W, b):
    return x @ W
