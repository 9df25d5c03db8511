"""Wrong answers of lesson 2, each with the mistake behind it; the grader must reject them."""

import sys

import numpy as np

from tinynet.course import instead_of


@instead_of("multiply_vjp", "g was left out: these are the slopes; the cotangents are g times the slopes")
def slopes_of_multiply(g, x, y):
    return y, x


@instead_of("multiply_vjp", "x and y were swapped: the slope of x * y with respect to x is y")
def exchanged_factors(g, x, y):
    return g * x, g * y


@instead_of(
    "multiply_vjp", "a matrix product was taken; z = x * y goes entry by entry, and so does its VJP: * instead of @"
)
def products_of_matrices(g, x, y):
    return g @ y, g @ x


@instead_of("multiply_vjp", "only the first cotangent has its g; each input's cotangent is g times its own slope")
def g_for_the_first_only(g, x, y):
    return g * y, x


@instead_of("multiply_vjp", "z / x is y only where x is not 0: write y itself")
def divided_again(g, x, y):
    return g * (x * y) / x, g * (x * y) / y


@instead_of("matmul_vjp", "g was left out, as if it were all ones: dL/dx = g W^T and dL/dW = x^T g")
def matmul_ignoring_g(g, x, W):
    ones = np.ones_like(g)
    return ones @ W.T, x.T @ ones


@instead_of(
    "matmul_vjp", "reshape was used where the transpose is needed: reshape leaves the entries in their old order"
)
def reshape_for_transpose(g, x, W):
    return g @ W.reshape(W.shape[::-1]), x.reshape(x.shape[::-1]) @ g


@instead_of("matmul_vjp", "the transposes are missing: dL/dx = g W^T and dL/dW = x^T g")
def no_transposes(g, x, W):
    return g @ W, x @ g


@instead_of("matmul_vjp", "the factors are in the wrong order: dL/dx = g W^T and dL/dW = x^T g")
def wrong_order_of_factors(g, x, W):
    return W.T @ g, g @ x.T


@instead_of("matmul_vjp", "dL/dW was returned transposed: it must have the shape of W, so it is x^T g, not g^T x")
def weights_transposed(g, x, W):
    return g @ W.T, g.T @ x


@instead_of("tanh_vjp", "g was left out: 1 - a^2 is the slope; the cotangent is g times the slope")
def slope_of_tanh(g, a):
    return 1 - a * a


@instead_of("tanh_vjp", "a was squashed once more: a is already tanh(z), so the slope is 1 - a^2")
def squashed_twice(g, a):
    return g * (1 - np.tanh(a) ** 2)


@instead_of("tanh_vjp", "the square is missing: the slope is 1 - a^2")
def square_missing(g, a):
    return g * (1 - a)


@instead_of(
    "tanh_vjp", "the brackets are missing: g * 1 - a^2 is g - a^2; multiply the whole slope by g: g * (1 - a^2)"
)
def brackets_missing(g, a):
    return g * 1 - a * a


@instead_of("tanh_vjp", "a (1 - a) is the slope of the sigmoid; the slope of tanh is 1 - a^2")
def slope_of_the_sigmoid(g, a):
    return g * a * (1 - a)


@instead_of("sum_vjp", "g was left out: each entry receives the g of the sum that it went into, not 1")
def slope_of_sum(g, x, axis):
    return np.ones(x.shape)


@instead_of(
    "sum_vjp", "g lies along the wrong axis: with axis 0 it has one entry for each column, with axis 1 one for each row"
)
def along_the_wrong_axis(g, x, axis):
    return np.ones(x.shape) * (g if axis is None else np.expand_dims(g, 1 - axis))


@instead_of("sum_vjp", "this is the VJP of the mean: in a sum every entry has the slope 1, however many there are")
def of_the_mean(g, x, axis):
    count = x.size if axis is None else x.shape[axis]
    return np.ones(x.shape) * (g if axis is None else np.expand_dims(g, axis)) / count


@instead_of("sum_vjp", "g was summed up: every entry of x received the total, not the g of its own sum")
def total_of_g(g, x, axis):
    return np.full(x.shape, np.sum(g))


@instead_of(
    "sum_vjp",
    "np.full_like and np.empty_like take the dtype of x: if x holds whole numbers, the fractions of g are lost",
)
def stored_like_x(g, x, axis):
    gx = np.empty_like(x)
    gx[:] = g if axis is None else np.expand_dims(g, axis)
    return gx


@instead_of("sum_vjp", "g was multiplied by x; the slope of a sum with respect to each of its entries is 1")
def times_x(g, x, axis):
    return g * x


@instead_of("sum_vjp", "g was multiplied by x; the slope of a sum with respect to each of its entries is 1")
def column_times_x(g, x, axis):
    return (g if axis is None else np.expand_dims(g, axis)) * x


COLUMN = "with axis 1 all of row i receives g[i], but NumPy lays g along the columns: make it a column, g[:, None]"


@instead_of("sum_vjp", COLUMN)
def without_a_column(g, x, axis):
    return g * np.ones(x.shape)


@instead_of("sum_vjp", COLUMN)
def ones_without_a_column(g, x, axis):
    return np.ones(x.shape) * g


@instead_of("sum_vjp", COLUMN)
def broadcast_without_a_column(g, x, axis):
    return np.broadcast_to(g, x.shape)


@instead_of("sum_vjp", COLUMN)
def filled_without_a_column(g, x, axis):
    return np.full(x.shape, g)


@instead_of("sum_vjp", COLUMN)
def tiled_as_rows(g, x, axis):
    return np.full(x.shape, g) if axis is None else np.tile(g, (x.shape[axis], 1))


NO_NONE = "axis None is missing: then g is a single number, and every entry of x receives it"


@instead_of("sum_vjp", NO_NONE)
def expanded_along_none(g, x, axis):
    return np.expand_dims(g, axis) * np.ones(x.shape)


@instead_of("sum_vjp", NO_NONE)
def only_two_axes(g, x, axis):
    if axis == 0:
        return g * np.ones(x.shape)
    if axis == 1:
        return g[:, None] * np.ones(x.shape)


@instead_of("sum_vjp", NO_NONE)
def column_of_a_number(g, x, axis):
    return np.ones(x.shape) * (g if axis == 0 else g[:, None])


WRONG_AXIS = "g lies along the wrong axis: with axis 0 it has one entry for each column, with axis 1 one for each row"


@instead_of("sum_vjp", WRONG_AXIS)
def axes_exchanged(g, x, axis):
    return (g if axis is None else g[:, None] if axis == 0 else g[None, :]) * np.ones(x.shape)


@instead_of("sum_vjp", WRONG_AXIS)
def column_for_axis_0(g, x, axis):
    return np.ones(x.shape) * (g[:, None] if axis == 0 else g)


@instead_of("sum_vjp", WRONG_AXIS)
def broadcast_from_a_column(g, x, axis):
    return np.broadcast_to(g[:, None] if axis == 0 else g, x.shape)


@instead_of("sum_vjp", "np.repeat puts the copies of one entry side by side; with axis 0 they belong below one another")
def repeated_side_by_side(g, x, axis):
    return np.full(x.shape, g) if axis is None else np.repeat(g, x.shape[axis]).reshape(x.shape)


@instead_of("sum_vjp", "g was returned as it came; dL/dx has the shape of x, and each entry the g of its own sum")
def g_itself(g, x, axis):
    return g


@instead_of("sum_vjp", "the sum was taken once more; going back, g is spread over the entries of x")
def summed_again(g, x, axis):
    return g * x.sum(axis)


@instead_of(
    "sum_vjp",
    "np.full_like and np.empty_like take the dtype of x: if x holds whole numbers, the fractions of g are lost",
)
def added_to_zeros_like_x(g, x, axis):
    gx = np.zeros_like(x)
    gx += g[:, None] if axis == 1 else g
    return gx


@instead_of("unbroadcast", "the mean over the copies was taken; each copy adds its share, so take the sum")
def mean_over_copies(g, shape):
    return sum_to(g, shape) * (np.prod(shape) / g.size)


@instead_of("unbroadcast", "the cotangent of a single copy was taken; add up the cotangents of all copies")
def one_copy(g, shape):
    g = g[(0,) * (g.ndim - len(shape))]
    return g[tuple(slice(1) if length == 1 else slice(None) for length in shape)]


@instead_of("unbroadcast", "axes were lined up from the front; NumPy lines shapes up from the last axis")
def matched_from_the_front(g, shape):
    return sum_to(np.sum(g, axis=tuple(range(len(shape), g.ndim))), shape)


@instead_of(
    "unbroadcast", "an axis of length 1 was lost: sum over it with keepdims=True, which keeps it, with length 1"
)
def lost_axes(g, shape):
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    return np.sum(g, axis=tuple(i for i, length in enumerate(shape) if length == 1))


@instead_of("unbroadcast", "only the axes in front were summed; the array was also repeated along its axes of length 1")
def only_axes_in_front(g, shape):
    return np.sum(g, axis=tuple(range(g.ndim - len(shape))))


@instead_of(
    "unbroadcast", "only axes of length 1 were summed; the array was also repeated along axes in front that it lacks"
)
def only_axes_of_length_one(g, shape):
    return np.sum(g, axis=tuple(i for i, length in enumerate(shape) if length == 1), keepdims=True)


@instead_of(
    "unbroadcast", "axis 0 was summed, whatever the shape; sum over the axes along which the array was repeated"
)
def always_axis_0(g, shape):
    return np.sum(g, axis=0).reshape(shape)


@instead_of(
    "unbroadcast", "of the axes of length 1 only the first and the last were summed; in between there may be more"
)
def first_and_last_axis(g, shape):
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    for axis in {0, len(shape) - 1} & {i for i, length in enumerate(shape) if length == 1}:
        g = g.sum(axis=axis, keepdims=True)
    return g


WHATEVER_SHAPE = "axis 0 was summed, whatever the shape; sum over the axes along which the array was repeated"


@instead_of("unbroadcast", WHATEVER_SHAPE)
def axis_0_alone(g, shape):
    return g.sum(axis=0)


@instead_of("unbroadcast", WHATEVER_SHAPE)
def axis_0_kept(g, shape):
    return g.sum(axis=0, keepdims=True)


@instead_of("unbroadcast", WHATEVER_SHAPE)
def axis_0_unless_equal(g, shape):
    return g if g.shape == shape else g.sum(axis=0)


NOT_SUMMED = "nothing was added up: the array was repeated, so the cotangents of all its copies must be summed"


@instead_of("unbroadcast", NOT_SUMMED)
def reshaped(g, shape):
    return g.reshape(shape)


@instead_of("unbroadcast", NOT_SUMMED)
def cut_off(g, shape):
    return np.resize(g, shape)


@instead_of("unbroadcast", NOT_SUMMED)
def broadcast_again(g, shape):
    return np.broadcast_to(g, shape)


def axes_that_differ_from_the_front(g, shape):
    return tuple(i for i, (a, b) in enumerate(zip(g.shape, shape, strict=False)) if a != b)


FROM_THE_FRONT = "axes were lined up from the front; NumPy lines shapes up from the last axis"


@instead_of("unbroadcast", FROM_THE_FRONT)
def compared_from_the_front(g, shape):
    return g.sum(axis=axes_that_differ_from_the_front(g, shape))


@instead_of("unbroadcast", FROM_THE_FRONT)
def compared_and_kept(g, shape):
    return g.sum(axis=axes_that_differ_from_the_front(g, shape), keepdims=True)


@instead_of("unbroadcast", FROM_THE_FRONT)
def compared_and_reshaped(g, shape):
    return g.sum(axis=axes_that_differ_from_the_front(g, shape)).reshape(shape)


@instead_of(
    "unbroadcast", "an axis of length 1 was lost: sum over it with keepdims=True, which keeps it, with length 1"
)
def lost_one_after_the_other(g, shape):
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.sum(axis=axis)
    return g


@instead_of("unbroadcast", "everything was summed to one number; entries that are no copies of each other stay apart")
def summed_to_one_number(g, shape):
    return np.full(shape, g.sum())


@instead_of("unbroadcast", "only one axis in front was summed; there may be several: use `while`, not `if`")
def one_axis_in_front(g, shape):
    if g.ndim > len(shape):
        g = g.sum(axis=0)
    return sum_to(g, g.shape[: g.ndim - len(shape)] + tuple(shape))


@instead_of("unbroadcast", "only one axis in front was summed; there may be several: use `while`, not `if`")
def one_axis_in_front_then_ones(g, shape):
    if g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


@instead_of("unbroadcast", "the cotangent of a single copy was taken; add up the cotangents of all copies")
def first_in_front(g, shape):
    return sum_to(g[(0,) * (g.ndim - len(shape))], shape)


def sum_to(g, shape):
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    return np.sum(g, axis=tuple(i for i, length in enumerate(shape) if length == 1), keepdims=True)


@instead_of("topological_order", "the walk went down every path: a node that two others use is listed twice")
def every_path(root, inputs_of):
    order = [root]
    for x in inputs_of(root):
        order += every_path(x, inputs_of)
    return order


@instead_of(
    "topological_order", "a node was listed when it was first met; it must wait until all nodes that use it are listed"
)
def when_first_met(root, inputs_of):
    order = [root]
    for node in order:
        order += [x for x in dict.fromkeys(inputs_of(node)) if x not in order]
    return order


@instead_of("topological_order", "the order is the wrong way round, leaves first; the root must come first")
def leaves_first(root, inputs_of):
    order, stack = [], [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order += [] if node in order else [node]
        elif node not in order:
            stack += [(node, True)] + [(x, False) for x in inputs_of(node)]
    return order


@instead_of(
    "topological_order", "a node that another uses twice was counted once, but taken off twice; count every use"
)
def uses_counted_once(root, inputs_of):
    uses, stack = {root: 0}, [root]
    while stack:
        for x in set(inputs_of(stack.pop())):
            if x not in uses:
                uses[x] = 0
                stack.append(x)
            uses[x] += 1
    order = [root]
    for node in order:
        for x in inputs_of(node):
            uses[x] -= 1
            if uses[x] == 0:
                order.append(x)
    return order


@instead_of(
    "topological_order",
    "a node was visited again at each use, so the uses of its inputs were counted again; visit each node once",
)
def visited_at_each_use(root, inputs_of):
    uses, stack = {root: 0}, [root]
    while stack:
        for x in inputs_of(stack.pop()):
            uses[x] = uses.get(x, 0) + 1
            stack.append(x)
    order = [root]
    for node in order:
        for x in inputs_of(node):
            uses[x] -= 1
            if uses[x] == 0:
                order.append(x)
    return order


@instead_of("topological_order", "recursion goes as deep as the graph does")
def recursive(root, inputs_of):
    finished, seen, limit = [], set(), sys.getrecursionlimit()

    def visit(node):
        seen.add(node)
        for x in inputs_of(node):
            if x not in seen:
                visit(x)
        finished.append(node)

    sys.setrecursionlimit(100_000)
    try:
        visit(root)
    finally:
        sys.setrecursionlimit(limit)
    return finished[::-1]


@instead_of(
    "topological_order", "inputs were taken off the graph's own list; loop over the list, or take them off a copy"
)
def takes_inputs_off(root, inputs_of):
    finished, seen, stack = [], {root}, [(root, inputs_of(root))]
    while stack:
        node, inputs = stack[-1]
        if not inputs:
            finished.append(node)
            stack.pop()
        elif (x := inputs.pop()) not in seen:
            seen.add(x)
            stack.append((x, inputs_of(x)))
    return finished[::-1]


FIRST_MET = "a node was listed when it was first met; it must wait until all nodes that use it are listed"


@instead_of("topological_order", FIRST_MET)
def when_first_taken_off(root, inputs_of):
    order, stack = [], [root]
    while stack:
        node = stack.pop()
        if node not in order:
            order.append(node)
            stack.extend(inputs_of(node))
    return order


@instead_of("topological_order", FIRST_MET)
def by_a_stack(root, inputs_of):
    order, seen, stack = [], {root}, [root]
    while stack:
        node = stack.pop()
        order.append(node)
        for x in inputs_of(node):
            if x not in seen:
                seen.add(x)
                stack.append(x)
    return order


@instead_of("topological_order", FIRST_MET)
def when_first_visited(root, inputs_of):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for x in inputs_of(node):
                visit(x)

    visit(root)
    return order


NOT_MARKED = "the walk went down every path: a node that two others use is listed twice"


@instead_of("topological_order", NOT_MARKED)
def every_path_by_a_stack(root, inputs_of):
    order, stack = [], [root]
    while stack:
        order.append(stack.pop())
        stack.extend(inputs_of(order[-1]))
    return order


@instead_of("topological_order", NOT_MARKED)
def every_path_by_a_queue(root, inputs_of):
    order = [root]
    for node in order:
        order.extend(inputs_of(node))
    return order


@instead_of("topological_order", "the order is the wrong way round, leaves first; the root must come first")
def not_reversed(root, inputs_of):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for x in inputs_of(node):
                visit(x)
            order.append(node)

    visit(root)
    return order


def counted_down(root, inputs_of, listed):
    """Return root and all nodes below it, each after all nodes that use it, if it is `listed`."""
    uses, stack = {root: 0}, [root]
    while stack:
        for x in inputs_of(stack.pop()):
            if x not in uses:
                uses[x] = 0
                stack.append(x)
            uses[x] += 1
    order = [root]
    for node in order:
        for x in inputs_of(node):
            uses[x] -= 1
            if uses[x] == 0:
                order.append(x)
    return [node for node in order if listed(node)]


@instead_of("topological_order", "root itself is missing")
def without_root(root, inputs_of):
    return counted_down(root, inputs_of, lambda node: node != root)


@instead_of("topological_order", "the leaves are missing")
def without_leaves(root, inputs_of):
    return counted_down(root, inputs_of, inputs_of)


@instead_of(
    "topological_order",
    "a node that was met again was moved to the end, but its own inputs, already listed, stayed before it",
)
def moved_to_the_end(root, inputs_of):
    order, stack = [root], [root]
    while stack:
        for x in inputs_of(stack.pop()):
            if x in order:
                order.remove(x)
            else:
                stack.append(x)
            order.append(x)
    return order


@instead_of(
    "backward", "the gradient was overwritten on reuse: add what the second use sends to what the first one sent"
)
def overwritten(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = gx
    return cotangents


@instead_of("backward", "only the first use of a node counted; add what later uses send")
def first_use_only(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents.setdefault(x, gx)
    return cotangents


@instead_of(
    "backward", "the walk began at a leaf, which has no cotangent yet; follow the order, which begins with the root"
)
def from_the_leaves(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order[::-1]:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents.get(x, 0) + gx
    return cotangents


@instead_of("backward", "the walk began with ones; it begins with g, the cotangent of the root")
def from_ones(order, vjp, g):
    return accumulate(order, vjp, np.ones_like(g))


@instead_of("backward", "every node was handed the root's g; hand vjp the cotangent of the node itself")
def same_g_for_all(order, vjp, g):
    return accumulate(order, lambda node, _: vjp(node, g), g)


def accumulate(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents.get(x, 0) + gx
    return cotangents


@instead_of(
    "backward", "the walk went down every path; follow the order: then a cotangent is complete before it is handed on"
)
def path_by_path(order, vjp, g):
    cotangents = {}

    def visit(node, g):
        cotangents[node] = cotangents.get(node, 0) + g
        for x, gx in vjp(node, g):
            visit(x, gx)

    visit(order[0], g)
    return cotangents


@instead_of(
    "backward",
    "`+=` changes the array that is there, and another node may share it; write cotangents[x] = cotangents[x] + gx, "
    "which makes a new one",
)
def added_in_place(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            if x in cotangents:
                cotangents[x] += gx
            else:
                cotangents[x] = gx
    return cotangents


ROOTS_SHAPE = "sums were started with zeros of the root's shape, but each node has a shape of its own; start with 0"


@instead_of("backward", ROOTS_SHAPE)
def zeros_like_the_root(order, vjp, g):
    cotangents = {node: np.zeros_like(g) for node in order}
    cotangents[order[0]] = g
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents[x] + gx
    return cotangents


@instead_of("backward", ROOTS_SHAPE)
def added_to_zeros_like_the_root(order, vjp, g):
    cotangents = {node: np.zeros_like(g) for node in order}
    cotangents[order[0]] = g
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] += gx
    return cotangents


@instead_of("backward", "the root has no cotangent yet when its turn comes: put g in first, under order[0]")
def root_not_put_in(order, vjp, g):
    cotangents = {}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents.get(x, 0) + gx
    return cotangents


@instead_of("backward", "the root is missing from the result: its cotangent is g")
def without_root_in_the_result(order, vjp, g):
    return {node: each for node, each in accumulate(order, vjp, g).items() if node != order[0]}


@instead_of("backward", "the root was skipped, so it handed nothing on to its inputs; call vjp for it, too")
def root_skipped(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order[1:]:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents.get(x, 0) + gx
    return cotangents


@instead_of(
    "backward", "the walk began at a leaf, which has no cotangent yet; follow the order, which begins with the root"
)
def zeros_from_the_leaves(order, vjp, g):
    cotangents = {**dict.fromkeys(order, 0), order[0]: g}
    for node in order[::-1]:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents[x] + gx
    return cotangents


@instead_of("backward", "g was overwritten on the way: hand vjp cotangents[node], not what was sent last")
def what_was_sent_last(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, g):
            cotangents[x] = cotangents.get(x, 0) + gx
            g = gx
    return cotangents


TWICE_MULTIPLIED = "what vjp returns was multiplied by the node's cotangent once more; vjp has already done so"


@instead_of("backward", TWICE_MULTIPLIED)
def cotangent_times_what_came(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents.get(x, 0) + cotangents[node] * gx
    return cotangents


@instead_of("backward", TWICE_MULTIPLIED)
def what_came_times_cotangent(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents.get(x, 0) + gx * cotangents[node]
    return cotangents


@instead_of("backward", "a list was returned; a dictionary {node: its cotangent} is wanted")
def as_a_list(order, vjp, g):
    cotangents = accumulate(order, vjp, g)
    return [cotangents[node] for node in order]


@instead_of("backward", "only the last node's cotangent was returned; a dictionary with those of all nodes is wanted")
def of_the_last_node(order, vjp, g):
    return accumulate(order, vjp, g)[order[-1]]


@instead_of("backward", "dict(..) keeps one pair for each input; an input that was used twice is in two pairs")
def pairs_as_a_dictionary(order, vjp, g):
    return accumulate(order, lambda node, g: list(dict(vjp(node, g)).items()), g)


@instead_of("backward", "the node's own cotangent was passed on; what vjp returned belongs in its place")
def own_cotangent_passed_on(order, vjp, g):
    cotangents = {**dict.fromkeys(order, 0.0), order[0]: g}
    for node in order:
        for x, _ in vjp(node, cotangents[node]):
            cotangents[x] = cotangents[x] + cotangents[node]
    return cotangents


@instead_of("backward", "the contributions of several uses were averaged; add them up")
def averaged_uses(order, vjp, g):
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = (cotangents[x] + gx) / 2 if x in cotangents else gx
    return cotangents


@instead_of("cotangent_check", "the cotangent is all ones; a VJP that ignores u would pass: use u")
def all_ones(f, vjp, x, u, v, h):
    return central(f, vjp, x, np.ones_like(u), v, h)


@instead_of("cotangent_check", "the direction is all ones; errors that cancel in a sum would pass: use v")
def direction_of_ones(f, vjp, x, u, v, h):
    return central(f, vjp, x, u, np.ones_like(v), h)


@instead_of(
    "cotangent_check",
    "this is a one-sided difference, which is off by an error of order h; use f(x + h v) - f(x - h v)",
)
def one_sided(f, vjp, x, u, v, h):
    return np.sum(v * vjp(u, x)), np.sum(u * (f(x + h * v) - f(x))) / h  # two calls of f, or the grader stops


@instead_of("cotangent_check", "x + h v and x - h v are 2h apart: divide by 2h, not by h")
def divided_by_h(f, vjp, x, u, v, h):
    left, right = central(f, vjp, x, u, v, h)
    return left, 2 * right


@instead_of("cotangent_check", "a / 2 * h is (a / 2) times h; write a / (2 * h)")
def multiplied_by_h(f, vjp, x, u, v, h):
    left, right = central(f, vjp, x, u, v, h)
    return left, right * h * h


@instead_of("cotangent_check", "h was replaced by a number of your own; use the h that is given")
def own_step(f, vjp, x, u, v, h):
    return central(f, vjp, x, u, v, 1e-5)


@instead_of(
    "cotangent_check", "f was evaluated for each entry of x; along the one direction v, two evaluations are enough"
)
def entry_by_entry(f, vjp, x, u, v, h):
    columns = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))]
    return np.sum(v * vjp(u, x)), np.sum(u * sum(v[i] * column for i, column in enumerate(columns)))


@instead_of("cotangent_check", "x and u were swapped: it is vjp(u, x), the cotangent first")
def arguments_exchanged(f, vjp, x, u, v, h):
    return np.sum(v * vjp(x, u)), central(f, vjp, x, u, v, h)[1]


@instead_of(
    "cotangent_check", "the change of f was multiplied by v; multiply it by u, which has the same shape: <u, Jv>"
)
def v_twice(f, vjp, x, u, v, h):
    return np.sum(v * vjp(u, x)), np.sum(v * (f(x + h * v) - f(x - h * v))) / (2 * h)


@instead_of("cotangent_check", "@ is <a, b> for vectors only; for arrays of any shape it is np.sum(a * b)")
def for_vectors_only(f, vjp, x, u, v, h):
    return v @ vjp(u, x), u @ ((f(x + h * v) - f(x - h * v)) / (2 * h))


@instead_of("cotangent_check", "@ is <a, b> for vectors only; for arrays of any shape it is np.sum(a * b)")
def dots_for_vectors_only(f, vjp, x, u, v, h):
    return np.dot(v, vjp(u, x)), np.dot(u, f(x + h * v) - f(x - h * v)) / (2 * h)


def of_difference(f, vjp, x, u, v, h, second):
    """Return <v, vjp(u, x)> as it should be, and `second` of f above and below x."""
    first = np.sum(v * vjp(u, x))
    return first, second(f(x + h * v), f(x - h * v))


@instead_of("cotangent_check", "vjp was given v; it is given a cotangent of f(x), which is u: <v, vjp(u, x)>")
def vjp_of_v(f, vjp, x, u, v, h):
    return np.sum(v * vjp(v, x)), np.sum(u * (f(x + h * v) - f(x - h * v))) / (2 * h)


@instead_of("cotangent_check", "vjp(u, x) was multiplied by u; multiply it by v, which has the same shape: <v, ..>")
def u_twice(f, vjp, x, u, v, h):
    return np.sum(u * vjp(u, x)), np.sum(u * (f(x + h * v) - f(x - h * v))) / (2 * h)


@instead_of("cotangent_check", "x + h moves every entry by the same amount; move x along v: x + h v")
def without_v(f, vjp, x, u, v, h):
    return np.sum(v * vjp(u, x)), np.sum(u * (f(x + h) - f(x - h))) / (2 * h)


@instead_of("cotangent_check", "brackets are missing: a - b / (2 * h) divides b alone; write (a - b) / (2 * h)")
def half_of_it_divided(f, vjp, x, u, v, h):
    return of_difference(f, vjp, x, u, v, h, lambda a, b: np.sum(u * (a - b / (2 * h))))


@instead_of("cotangent_check", "brackets are missing: u * a - b multiplies a alone; write u * (a - b)")
def half_of_it_multiplied(f, vjp, x, u, v, h):
    return of_difference(f, vjp, x, u, v, h, lambda a, b: np.sum(u * a - b) / (2 * h))


@instead_of("cotangent_check", "x was moved by the whole v; a derivative takes small steps: x + h v")
def moved_by_v(f, vjp, x, u, v, h):
    return np.sum(v * vjp(u, x)), np.sum(u * (f(x + v) - f(x - v))) / (2 * h)


@instead_of("cotangent_check", "the products were not added up: <a, b> is one number, np.sum(a * b)")
def not_added_up(f, vjp, x, u, v, h):
    return v * vjp(u, x), u * (f(x + h * v) - f(x - h * v)) / (2 * h)


@instead_of("cotangent_check", "the products were averaged; <a, b> adds them up")
def averaged_products(f, vjp, x, u, v, h):
    return np.mean(v * vjp(u, x)), np.mean(u * (f(x + h * v) - f(x - h * v))) / (2 * h)


@instead_of("cotangent_check", "how far the two numbers are apart was returned; return both numbers")
def how_far_apart(f, vjp, x, u, v, h):
    left, right = central(f, vjp, x, u, v, h)
    return abs(left - right)


@instead_of("cotangent_check", "the numbers are in the wrong order: <v, vjp(u, x)> comes first")
def the_other_order(f, vjp, x, u, v, h):
    return central(f, vjp, x, u, v, h)[::-1]


@instead_of("cotangent_check", "the difference is the wrong way round: f(x + h v) - f(x - h v)")
def below_minus_above(f, vjp, x, u, v, h):
    return of_difference(f, vjp, x, u, v, h, lambda a, b: np.sum(u * (b - a)) / (2 * h))


@instead_of("cotangent_check", "x was moved along u; u has the shape of f(x), and v the shape of x: x + h v")
def moved_along_u(f, vjp, x, u, v, h):
    return np.sum(v * vjp(u, x)), np.sum(u * (f(x + h * u) - f(x - h * u))) / (2 * h)


@instead_of("cotangent_check", "f(x) lies only h away from f(x + h v); subtract f(x - h v) before you divide by 2h")
def one_sided_by_2h(f, vjp, x, u, v, h):
    return np.sum(v * vjp(u, x)), np.sum(u * (f(x + h * v) - f(x))) / (2 * h)


@instead_of("cotangent_check", "the difference of f was not divided by 2h")
def not_divided(f, vjp, x, u, v, h):
    return of_difference(f, vjp, x, u, v, h, lambda a, b: np.sum(u * (a - b)))


@instead_of("cotangent_check", "v was scaled to length 1; the direction is v as it is")
def scaled_direction(f, vjp, x, u, v, h):
    return central(f, vjp, x, u, v / np.linalg.norm(v), h)


@instead_of("cotangent_check", "u is missing in the second number: it is <u, Jv>")
def without_u(f, vjp, x, u, v, h):
    return of_difference(f, vjp, x, u, v, h, lambda a, b: np.sum(a - b) / (2 * h))


@instead_of("cotangent_check", "@ is <a, b> for vectors only; for arrays of any shape it is np.sum(a * b)")
def transposed_products(f, vjp, x, u, v, h):
    return v.T @ vjp(u, x), u.T @ ((f(x + h * v) - f(x - h * v)) / (2 * h))


@instead_of("cotangent_check", "@ is <a, b> for vectors only; for arrays of any shape it is np.sum(a * b)")
def inner_for_vectors_only(f, vjp, x, u, v, h):
    return np.inner(v, vjp(u, x)), np.inner(u, (f(x + h * v) - f(x - h * v)) / (2 * h))


def central(f, vjp, x, u, v, h):
    return np.sum(v * vjp(u, x)), np.sum(u * (f(x + h * v) - f(x - h * v))) / (2 * h)
