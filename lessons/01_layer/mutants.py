"""Wrong answers of lesson 1, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


@instead_of("affine", "W was transposed: columns of W are features, so z = x W, not x W^T")
def rows_as_features(x, W, b):
    return x @ W.T + b


@instead_of("affine", "the factors are in the wrong order: examples are rows here, so z = x W, not W x")
def weights_first(x, W, b):
    return W @ x + b


@instead_of(
    "affine", "the bias was added along the wrong axis: it has one entry for each column (unit), not one for each row"
)
def bias_for_each_example(x, W, b):
    return x @ W + b[:, None]


@instead_of("affine", "the bias is missing: z = x W + b")
def without_bias(x, W, b):
    return x @ W


@instead_of("affine", "x and W were multiplied entry by entry; x W is a matrix product: x @ W")
def entry_by_entry(x, W, b):
    return x * W + b


@instead_of(
    "affine",
    "z was stored in an array of x's dtype, which cuts off fractions if x holds whole numbers: np.zeros(shape) makes "
    "an array of floats",
)
def stored_like_x(x, W, b):
    z = np.zeros((len(x), len(b)), dtype=x.dtype)
    z[:] = x @ W + b
    return z


@instead_of("tanh_layer", "the inputs were squashed instead of the sums: first z = x W + b, then tanh(z)")
def squashed_before(x, W, b):
    return np.tanh(x) @ W + b


@instead_of("tanh_layer", "the bias was added after the squash: tanh(x W + b), not tanh(x W) + b")
def bias_after(x, W, b):
    return np.tanh(x @ W) + b


@instead_of("tanh_layer", "this is the sigmoid, which goes from 0 to 1; tanh goes from -1 to 1")
def sigmoid(x, W, b):
    return 0.5 * (1 + np.tanh((x @ W + b) / 2))


@instead_of("tanh_layer", "the sums were not squashed: a = tanh(z)")
def not_squashed(x, W, b):
    return x @ W + b


@instead_of("tanh_layer", "e^z overflows for large z, and inf / inf is nan; np.tanh works for any z")
def from_exponentials(x, W, b):
    with np.errstate(all="ignore"):
        z = x @ W + b
        return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


@instead_of("three_steps", "V was used where V^T is needed: the last step is stretched @ V.T")
def v_for_v_transposed(x, U, s, V):
    return x @ U, x @ U * s, x @ U * s @ V


@instead_of("three_steps", "U was transposed: the first step is x @ U, which gives one coordinate for each column of U")
def u_transposed(x, U, s, V):
    return x @ U.T, x @ U.T * s, x @ U.T * s @ V.T


@instead_of(
    "three_steps", "the factors are in the wrong order: examples are rows here, so the first step is x @ U, not U @ x"
)
def u_first(x, U, s, V):
    return U @ x, U @ x * s, U @ x * s @ V.T


@instead_of("three_steps", "the rows (examples) were stretched: s_i belongs to coordinate i, which is a column")
def rows_stretched(x, U, s, V):
    stretched = x @ U * s[: len(x), None]
    return x @ U, stretched, stretched @ V.T


@instead_of("three_steps", "x was stretched before it was turned; the order is turn, stretch, turn")
def stretched_first(x, U, s, V):
    return x * s, x * s @ U, x * s @ U @ V.T


@instead_of("three_steps", "only the last result was returned; return the results of all three steps, as a tuple")
def only_the_last(x, U, s, V):
    return x @ U * s @ V.T


@instead_of("feature_image", "a row of W was taken: the weights of unit j are in column j, W[:, j]")
def row_of_w(W, j, height, width):
    return W[j].reshape(height, width)


@instead_of("feature_image", "height and width were swapped: an image has the shape (lines, pixels in a line)")
def width_first(W, j, height, width):
    return W[:, j].reshape(width, height)


@instead_of("feature_image", "the pixels were laid out column by column; they are counted line by line, as you read")
def column_by_column(W, j, height, width):
    return W[:, j].reshape(width, height).T


@instead_of("feature_image", "the unit before j was taken: units are counted from 0, so it is W[:, j]")
def counted_from_one(W, j, height, width):
    return W[:, j - 1].reshape(height, width)


@instead_of(
    "predict", "the largest score was sought along the wrong axis: an example is a row, so compare along axis 1"
)
def along_examples(scores):
    return scores.argmax(axis=0)


@instead_of(
    "predict", "this is one position in the whole table, since no axis was named; every row has its own class: axis=1"
)
def of_the_whole_table(scores):
    return scores.argmax()


@instead_of("predict", "the largest score itself was returned; the class is its position: argmax, not max")
def score_for_class(scores):
    return scores.max(axis=1)


@instead_of("predict", "signs were dropped: a score of -9 is smaller than a score of 2")
def largest_size(scores):
    return np.abs(scores).argmax(axis=1)


@instead_of("predict", "classes were counted from 1; the first column is class 0")
def classes_from_one(scores):
    return scores.argmax(axis=1) + 1


@instead_of(
    "predict",
    "exp of a large score is inf, and that of a very negative one is 0; then scores look equal that are not: compare "
    "the scores themselves",
)
def of_exponentials(scores):
    return np.exp(scores).argmax(axis=1)


@instead_of("predict", "fractions were cut off: 0.9 and 0.2 both became 0, but 0.9 is larger")
def whole_scores(scores):
    return scores.astype(int).argmax(axis=1)


@instead_of(
    "predict", "the search began with 0 as the largest so far; if all scores are negative, none of them beats it"
)
def better_than_zero(scores):
    classes = []
    for row in scores:
        best, largest = 0, 0.0
        for j, score in enumerate(row):
            if score > largest:
                best, largest = j, score
        classes.append(best)
    return np.array(classes)


@instead_of("unseen", "this is the part that the layer does see; take it away from x, and the unseen part remains")
def seen(x, U):
    return x @ U @ U.T


@instead_of("unseen", "x U holds coordinates, one for each column of U; multiply by the columns to get a vector of m")
def coordinates_taken_away(x, U):
    out = np.array(x)
    out[:, : U.shape[1]] -= x @ U
    return out


@instead_of("unseen", "only the first column of U was taken away; every column is a direction that the layer sees")
def first_column_alone(x, U):
    return x - np.outer(x @ U[:, 0], U[:, 0])


@instead_of("unseen", "x was divided by its length; the unseen part of a long example is long too")
def of_unit_length(x, U):
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    return x - x @ U @ U.T


@instead_of("unseen", "one example's part was computed for all of them; every row has its own")
def of_the_mean(x, U):
    return x - (x @ U @ U.T).mean(axis=0)


@instead_of("collapse", "the first layer's biases are lost: they go through the second matrix, and then b2 is added")
def first_biases_lost(W1, b1, W2, b2):
    return W1 @ W2, b2


@instead_of("collapse", "b1 was added as it is; the second layer multiplies it by W2, as it does all that comes in")
def biases_added(W1, b1, W2, b2):
    return W1 @ W2, b1.sum() + b2


@instead_of("collapse", "the matrix is transposed: (x W1) W2 = x (W1 W2), in this order")
def wrong_order(W1, b1, W2, b2):
    return (W2.T @ W1.T), W2.T @ b1 + b2


@instead_of("collapse", "b2 is missing: the second layer adds it last")
def second_biases_lost(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2


@instead_of("collapse", "b2 was sent through the second matrix as well; it is added after it")
def both_biases_through(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2 + b2 @ W2.T @ W2
