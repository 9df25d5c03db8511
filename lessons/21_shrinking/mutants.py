"""Wrong answers of lesson 21, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


def fit(A, j):
    X = np.column_stack([np.delete(A, j, axis=1), np.ones(len(A))])
    found = np.linalg.lstsq(X, A[:, j], rcond=None)[0]
    return found[:-1], found[-1]


def rest(A, j):
    c, d = fit(A, j)
    return A[:, j] - np.delete(A, j, axis=1) @ c - d


def folding(W, b, V, e, j, c, d):
    V_new = np.delete(V, j, axis=0) + np.outer(c, V[j])
    return np.delete(W, j, axis=1), np.delete(b, j), V_new, e + d * V[j]


def costs(A, V):
    return np.array([np.mean(rest(A, j) ** 2) * np.sum(V[j] ** 2) for j in range(len(V))])


@instead_of("explain", "there is no constant in this fit; a column of ones beside the other units gives d")
def no_constant(A, j):
    return np.linalg.lstsq(np.delete(A, j, axis=1), A[:, j], rcond=None)[0], 0.0


@instead_of("explain", "c was fitted without the constant, and d added afterwards; fit both together")
def constant_afterwards(A, j):
    others = np.delete(A, j, axis=1)
    c = np.linalg.lstsq(others, A[:, j], rcond=None)[0]
    return c, np.mean(A[:, j] - others @ c)


@instead_of("explain", "c is right, but d is the mean of A_j; the others' share of that mean must be subtracted")
def mean_for_d(A, j):
    return fit(A, j)[0], A[:, j].mean()


@instead_of("explain", "c is right, but d has the wrong sign")
def sign_of_d(A, j):
    c, d = fit(A, j)
    return c, -d


@instead_of("explain", "c is right, but d is 0: after centring, the constant must be brought back")
def d_forgotten(A, j):
    return fit(A, j)[0], 0.0


@instead_of("explain", "unit j is still among those that explain it, so it explains itself; take column j out")
def itself(A, j):
    X = np.column_stack([A, np.ones(len(A))])
    found = np.linalg.lstsq(X, A[:, j], rcond=None)[0]
    return np.delete(found[:-1], j), found[-1]


@instead_of("explain", "c has an entry for unit j too; it needs one for each of the n - 1 others")
def one_too_many(A, j):
    c, d = fit(A, j)
    return np.insert(c, j, 0.0), d


@instead_of("explain", "this is row j, an example; the activations of a unit are a column of A")
def row_for_column(A, j):
    X = np.column_stack([np.delete(A, j, axis=1), np.ones(len(A))])
    found = np.linalg.lstsq(X, np.resize(A[j], len(A)), rcond=None)[0]
    return found[:-1], found[-1]


@instead_of("explain", "each of the others was fitted to unit j alone; all of them must be fitted together")
def one_by_one(A, j):
    X, y = np.delete(A, j, axis=1), A[:, j]
    C, z = X - X.mean(axis=0), y - y.mean()
    c = (C * z[:, None]).sum(axis=0) / (C**2).sum(axis=0)
    return c, y.mean() - X.mean(axis=0) @ c


@instead_of("explain", "the weights were fitted to units scaled to standard deviation 1; undo the scaling in c")
def standardized(A, j):
    S = (A - A.mean(axis=0)) / A.std(axis=0)
    c = np.linalg.lstsq(np.delete(S, j, axis=1), S[:, j], rcond=None)[0]
    return c, A[:, j].mean() - np.delete(A, j, axis=1).mean(axis=0) @ c


@instead_of(
    "explain", "the ones stand first, so the first weight is d and the rest are c; here they are split at the end"
)
def split_at_the_wrong_end(A, j):
    X = np.column_stack([np.ones(len(A)), np.delete(A, j, axis=1)])
    found = np.linalg.lstsq(X, A[:, j], rcond=None)[0]
    return found[:-1], found[-1]


@instead_of("explain", "only the unit most like it explains it here; all others together explain it better")
def most_similar_only(A, j):
    C = np.abs(np.nan_to_num(np.corrcoef(A.T)[j]))
    C[j] = -1
    i, c = int(C.argmax()), np.zeros(A.shape[1])
    c[i] = np.cov(A[:, i], A[:, j])[0, 1] / A[:, i].var(ddof=1)
    return np.delete(c, j), A[:, j].mean() - c[i] * A[:, i].mean()


@instead_of("explain", "this is d, c; return c first")
def in_the_other_order(A, j):
    c, d = fit(A, j)
    return d, c


@instead_of("explain", "these are all units but the first, or but the last; the others are all but unit j")
def all_but_the_first(A, j):
    found = np.linalg.lstsq(np.column_stack([A[:, 1:], np.ones(len(A))]), A[:, j], rcond=None)[0]
    return found[:-1], found[-1]


@instead_of("explain", "these are all units but the first, or but the last; the others are all but unit j")
def all_but_the_last(A, j):
    found = np.linalg.lstsq(np.column_stack([A[:, :-1], np.ones(len(A))]), A[:, j], rcond=None)[0]
    return found[:-1], found[-1]


@instead_of("explain", "unit j is still among those that explain it, so it explains itself; take column j out")
def itself_kept(A, j):
    found = np.linalg.lstsq(np.column_stack([A, np.ones(len(A))]), A[:, j], rcond=None)[0]
    return found[:-1], found[-1]


@instead_of("fold", "the bias is unchanged; it must take over d times V_j")
def bias_forgotten(W, b, V, e, j, c, d):
    W, b, V_new, _ = folding(W, b, V, e, j, c, d)
    return W, b, V_new, e.copy()


@instead_of("fold", "d was added to the bias without the outgoing weights V_j of the unit that goes")
def bias_unweighted(W, b, V, e, j, c, d):
    W, b, V_new, _ = folding(W, b, V, e, j, c, d)
    return W, b, V_new, e + d


@instead_of("fold", "d V_j was subtracted from the bias; the bias says it in the unit's place, so add it")
def bias_subtracted(W, b, V, e, j, c, d):
    W, b, V_new, _ = folding(W, b, V, e, j, c, d)
    return W, b, V_new, e - d * V[j]


@instead_of("fold", "the unit was only deleted; the others and the bias must take over what it said")
def only_deleted(W, b, V, e, j, c, d):
    return np.delete(W, j, axis=1), np.delete(b, j), np.delete(V, j, axis=0), e.copy()


@instead_of("fold", "only the bias takes over something; the other units must get c_i V_j each")
def only_bias(W, b, V, e, j, c, d):
    return np.delete(W, j, axis=1), np.delete(b, j), np.delete(V, j, axis=0), e + d * V[j]


@instead_of("fold", "each unit's own outgoing weights were scaled by 1 + c_i; what it gets is c_i times V_j")
def own_weights(W, b, V, e, j, c, d):
    V_new = np.delete(V, j, axis=0) * (1 + np.asarray(c)[:, None])
    return np.delete(W, j, axis=1), np.delete(b, j), V_new, e + d * V[j]


@instead_of("fold", "row j was read after unit j had been deleted, so these are the next unit's outgoing weights")
def next_unit(W, b, V, e, j, c, d):
    V_new = np.delete(V, j, axis=0)
    row = V_new[j % len(V_new)]
    return np.delete(W, j, axis=1), np.delete(b, j), V_new + np.outer(c, row), e + d * row


@instead_of(
    "fold", "the incoming weights W were changed; the others go on saying what they said, so W only loses column j"
)
def incoming_too(W, b, V, e, j, c, d):
    W_new, b_new, V_new, e_new = folding(W, b, V, e, j, c, d)
    return W_new + np.outer(W[:, j], c), b_new, V_new, e_new


@instead_of("fold", "W and b of the units that stay do not change; only V and e do, so that the scores stay")
def folded_into_W_and_b(W, b, V, e, j, c, d):
    stay = np.delete(np.arange(len(b)), j)
    return W[:, stay] + np.outer(W[:, j], c), b[stay] + d, V[stay], e.copy()


@instead_of("fold", "np.outer(V[j], c) has the entries of c along its rows; c_i belongs to row i: np.outer(c, V[j])")
def outer_turned(W, b, V, e, j, c, d):
    W, b, _, e = folding(W, b, V, e, j, c, d)
    return W, b, np.delete(V, j, axis=0) + np.outer(V[j], c), e


@instead_of("fold", "the hidden bias b was changed; d belongs to the bias e of the scores, weighted by V_j")
def hidden_bias(W, b, V, e, j, c, d):
    W, b, V_new, _ = folding(W, b, V, e, j, c, d)
    return W, b + d, V_new, e.copy()


@instead_of("fold", "the new rows were not added to the old ones but put in their place")
def replaced(W, b, V, e, j, c, d):
    W, b, _, e = folding(W, b, V, e, j, c, d)
    return W, b, np.outer(c, V[j]), e


@instead_of("fold", "the last unit was removed; remove unit j, wherever it stands")
def last_goes(W, b, V, e, j, c, d):
    return W[:, :-1], b[:-1], V[:-1] + np.outer(c, V[j]), e + d * V[j]


@instead_of("fold", "c was matched with the rows of all units, unit j among them; delete row j first, then add")
def rows_shifted(W, b, V, e, j, c, d):
    V_new = V.copy()
    for i in range(len(c)):
        V_new[i] += c[i] * V[j]
    return np.delete(W, j, axis=1), np.delete(b, j), np.delete(V_new, j, axis=0), e + d * V[j]


@instead_of("fold", "the outgoing weights are those of unit j - 1; units are counted from 0")
def unit_before(W, b, V, e, j, c, d):
    row = V[j - 1]
    return np.delete(W, j, axis=1), np.delete(b, j), np.delete(V, j, axis=0) + np.outer(c, row), e + d * row


@instead_of("fold", "c_i V_j was subtracted; the others say it in the unit's place, so add it")
def rows_subtracted(W, b, V, e, j, c, d):
    W, b, V_new, e = folding(W, b, V, e, j, c, d)
    return W, b, 2 * np.delete(V, j, axis=0) - V_new, e


@instead_of("fold", "unit j is still there; its column of W, its entry of b and its row of V must go")
def still_there(W, b, V, e, j, c, d):
    V_new = V + np.outer(np.insert(c, j, 0.0), V[j])
    V_new[j] = 0
    return W.copy(), b.copy(), V_new, e + d * V[j]


@instead_of(
    "fold", "c_i V_j and d V_j were subtracted; the others and the bias say it in the unit's place, so add them"
)
def all_subtracted(W, b, V, e, j, c, d):
    W, b, V_new, e_new = folding(W, b, V, e, j, c, d)
    return W, b, 2 * np.delete(V, j, axis=0) - V_new, 2 * e - e_new


@instead_of("fold", "row j was read after unit j had been deleted, so these are the next unit's outgoing weights")
def next_unit_or_none(W, b, V, e, j, c, d):
    W, b, V = np.delete(W, j, axis=1), np.delete(b, j), np.delete(V, j, axis=0)
    return W, b, V + np.outer(c, V[j]), e + d * V[j]


@instead_of("fold", "row j was read after unit j had been deleted, so these are the next unit's outgoing weights")
def next_unit_in_rows_only(W, b, V, e, j, c, d):
    V_new = np.delete(V, j, axis=0)
    return np.delete(W, j, axis=1), np.delete(b, j), V_new + np.outer(c, V_new[j]), e + d * V[j]


@instead_of("fold", "a row of W was deleted; the incoming weights of unit j are column j (axis=1)")
def row_of_W(W, b, V, e, j, c, d):
    _, b, V_new, e_new = folding(W, b, V, e, j, c, d)
    return np.delete(W, j, axis=0), b, V_new, e_new


@instead_of("fold", "c was added without the outgoing weights V_j; unit i gets c_i times V_j")
def c_unweighted(W, b, V, e, j, c, d):
    W, b, _, e = folding(W, b, V, e, j, c, d)
    return W, b, np.delete(V, j, axis=0) + np.asarray(c)[:, None], e


@instead_of("fold", "c and d were added without the outgoing weights V_j; all that unit j says passes through V_j")
def both_unweighted(W, b, V, e, j, c, d):
    return np.delete(W, j, axis=1), np.delete(b, j), np.delete(V, j, axis=0) + np.asarray(c)[:, None], e + d


@instead_of("harms", "only the residual counts here; the scores hear it through the outgoing weights V_j")
def residuals(A, V):
    return np.array([np.mean(rest(A, j) ** 2) for j in range(len(V))])


@instead_of("harms", "only the outgoing weights count here; a unit that the others explain does little harm")
def weights(A, V):
    return (V**2).sum(axis=1)


@instead_of(
    "harms", "this is the harm of deleting a unit, its whole activation lost; after folding only the residual is"
)
def deleted(A, V):
    return (A**2).mean(axis=0) * (V**2).sum(axis=1)


@instead_of("harms", "here only the bias takes over; the others explain the rest, and only the residual is lost")
def constant_only(A, V):
    return A.var(axis=0) * (V**2).sum(axis=1)


@instead_of("harms", "this is the root of the harm; do not take the root")
def root(A, V):
    return np.sqrt(costs(A, V))


@instead_of("harms", "this is the sum over the examples; the harm is their mean")
def summed(A, V):
    return costs(A, V) * len(A)


@instead_of("harms", "the mean was taken over the scores too; sum the squared changes of an example's scores")
def mean_over_scores(A, V):
    return costs(A, V) / V.shape[1]


@instead_of(
    "harms", "the outgoing weights were not squared; if scores change by r V_j, their squares change by r^2 V_j^2"
)
def weights_not_squared(A, V):
    return residuals(A, V) * np.abs(V).sum(axis=1)


@instead_of("harms", "the length of V_j was not squared; squared changes of the scores go with its square")
def length_not_squared(A, V):
    return residuals(A, V) * np.linalg.norm(V, axis=1)


@instead_of("harms", "outgoing weights were added up before squaring; the scores change one by one, so square each")
def added_before(A, V):
    return residuals(A, V) * V.sum(axis=1) ** 2


@instead_of("harms", "column j of V holds the weights into score j; the outgoing weights of unit j are row j")
def columns(A, V):
    squares = (V**2).sum(axis=0)
    return np.array([np.mean(rest(A, j) ** 2) * squares[j % len(squares)] for j in range(len(V))])


@instead_of("harms", "the units were explained without the constant; use both c and d of explain")
def harms_no_constant(A, V):
    found = []
    for j in range(len(V)):
        others = np.delete(A, j, axis=1)
        left = A[:, j] - others @ np.linalg.lstsq(others, A[:, j], rcond=None)[0]
        found.append(np.mean(left**2) * np.sum(V[j] ** 2))
    return np.array(found)


@instead_of("harms", "d is missing from the residual: it is A_j - A_others c - d")
def residual_without_d(A, V):
    found = []
    for j in range(len(V)):
        left = A[:, j] - np.delete(A, j, axis=1) @ fit(A, j)[0]
        found.append(np.mean(left**2) * np.sum(V[j] ** 2))
    return np.array(found)


@instead_of("harms", "these are the units in order of harm; return the harm of each unit, in the units' order")
def an_order(A, V):
    return np.argsort(costs(A, V))


@instead_of("harms", "the mean of squares has N in its denominator, not N - 1 (ddof=1)")
def ddof_one(A, V):
    return costs(A, V) * len(A) / (len(A) - 1)


@instead_of("harms", "absolute residuals were averaged; square them first")
def absolute(A, V):
    return np.array([np.mean(np.abs(rest(A, j))) * np.sum(V[j] ** 2) for j in range(len(V))])


def shrunk(W, b, V, e, X, width, cost=costs, explained=fit, activations=lambda X, W, b: np.tanh(X @ W + b)):
    """Return what `shrink` returns, with one of its parts replaced."""
    A = activations(X, W, b)
    while len(b) > width:
        j = np.argmin(cost(A, V))
        W, b, V, e = folding(W, b, V, e, j, *explained(A, j))
        A = np.delete(A, j, axis=1)
    return W, b, V, e


@instead_of("shrink", "this is still the draft: the harms are those of the first network; compute them at every step")
def the_draft(W, b, V, e, X, width):
    A = np.tanh(X @ W + b)
    harm = costs(A, V)
    while len(b) > width:
        j = np.argmin(harm)
        W, b, V, e = folding(W, b, V, e, j, *fit(A, j))
        A, harm = np.delete(A, j, axis=1), np.delete(harm, j)
    return W, b, V, e


@instead_of(
    "shrink", "the harms are computed with the V of the first network; folding changes V, so use the current one"
)
def old_V(W, b, V, e, X, width):
    A, V_old = np.tanh(X @ W + b), V
    while len(b) > width:
        j = np.argmin(costs(A, V_old))
        W, b, V, e = folding(W, b, V, e, j, *fit(A, j))
        A, V_old = np.delete(A, j, axis=1), np.delete(V_old, j, axis=0)
    return W, b, V, e


@instead_of("shrink", "the best explained unit goes here; it should be the unit of least harm")
def best_explained(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width, cost=residuals)


@instead_of("shrink", "the unit with the smallest outgoing weights goes here; it should be the unit of least harm")
def smallest_weights(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width, cost=weights)


@instead_of("shrink", "the unit that does the most harm goes here; take argmin, not argmax")
def most_harm(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width, cost=lambda A, V: -costs(A, V))


@instead_of("shrink", "units are only deleted here; the others must take over, by explain and fold")
def without_folding(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width, explained=lambda A, j: (np.zeros(A.shape[1] - 1), 0.0))


@instead_of("shrink", "one unit too many goes: stop as soon as `width` units are left")
def one_too_few(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, max(1, width - 1))


@instead_of("shrink", "one unit too many goes: stop as soon as `width` units are left (> width, not >=)")
def greater_or_equal(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width - 1)


@instead_of("shrink", "only one unit goes; repeat until `width` units are left")
def only_once(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, max(width, len(b) - 1))


@instead_of("shrink", "the harm of deleting a unit decides here; it is folded, so only the residual counts (use harms)")
def harm_of_deleting(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width, cost=constant_only)


@instead_of("shrink", "the bias is not folded; pass the d of explain on to fold")
def d_not_passed_on(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width, explained=lambda A, j: (fit(A, j)[0], 0.0))


@instead_of("shrink", "b is missing from the activations; they are tanh(X W + b)")
def without_b(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width, activations=lambda X, W, b: np.tanh(X @ W))


@instead_of("shrink", "tanh is missing from the activations; they are tanh(X W + b)")
def without_tanh(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, width, activations=lambda X, W, b: X @ W + b)


@instead_of("shrink", "one unit goes even if `width` of them are there already; ask before the first removal")
def one_always_goes(W, b, V, e, X, width):
    return shrunk(W, b, V, e, X, min(width, len(b) - 1))


@instead_of("shrink", "c and d come from the first A; explain the unit by those that are still there")
def explained_by_the_first(W, b, V, e, X, width):
    first = A = np.tanh(X @ W + b)
    units = list(range(len(b)))
    while len(b) > width:
        j = np.argmin(costs(A, V))
        c, d = fit(first, units[j])
        left = [i for i in range(first.shape[1]) if i != units[j]]
        c = np.array([c[left.index(i)] for i in units if i != units[j]])
        W, b, V, e = folding(W, b, V, e, j, c, d)
        A = np.delete(A, j, axis=1)
        units.pop(j)
    return W, b, V, e


@instead_of(
    "shrink", "the units are numbered as in the first network, but each removal moves those behind it up by one"
)
def old_numbers(W, b, V, e, X, width):
    A = np.tanh(X @ W + b)
    for j in np.argsort(costs(A, V))[: len(b) - width]:
        W, b, V, e = folding(W, b, V, e, j, *fit(A, j))
        A = np.delete(A, j, axis=1)
    return W, b, V, e


@instead_of("multiplications", "only the forward pass is counted; training has a backward pass too")
def forward_only(path, examples, m, k):
    return sum(epochs * examples * units * (m + k) for units, epochs in path)


@instead_of("multiplications", "only the backward pass is counted; the forward pass comes before it")
def backward_only(path, examples, m, k):
    return sum(epochs * examples * units * (m + 2 * k) for units, epochs in path)


@instead_of(
    "multiplications", "the gradient with respect to the activations a is missing; W's gradient cannot do without"
)
def two_products_back(path, examples, m, k):
    return sum(epochs * examples * units * 2 * (m + k) for units, epochs in path)


@instead_of("multiplications", "the gradient with respect to x is counted; nobody needs it")
def gradient_of_x(path, examples, m, k):
    return sum(epochs * examples * units * 3 * (m + k) for units, epochs in path)


@instead_of(
    "multiplications", "a is as long as there are units, so its gradient takes units times k, not m times units"
)
def wrong_third(path, examples, m, k):
    return sum(epochs * examples * units * (3 * m + 2 * k) for units, epochs in path)


@instead_of("multiplications", "the number of examples is missing: every example of the set is used in each epoch")
def no_examples(path, examples, m, k):
    return sum(epochs * units * (2 * m + 3 * k) for units, epochs in path)


@instead_of("multiplications", "the epochs are missing: every pair on the path has its own number of them")
def no_epochs(path, examples, m, k):
    return sum(examples * units * (2 * m + 3 * k) for units, epochs in path)


@instead_of("multiplications", "only the last pair of the path is counted; the whole path has to be paid")
def last_only(path, examples, m, k):
    units, epochs = path[-1]
    return epochs * examples * units * (2 * m + 3 * k)


@instead_of("multiplications", "only the first pair of the path is counted; the whole path has to be paid")
def first_only(path, examples, m, k):
    units, epochs = path[0]
    return epochs * examples * units * (2 * m + 3 * k)


@instead_of("multiplications", "sums of units and of epochs were multiplied; multiply within each pair, then add")
def sums_multiplied(path, examples, m, k):
    return sum(u for u, _ in path) * sum(t for _, t in path) * examples * (2 * m + 3 * k)


@instead_of("multiplications", "biases are counted; adding a bias takes no multiplication")
def with_biases(path, examples, m, k):
    return sum(epochs * examples * (units * (2 * m + 3 * k) + units + k) for units, epochs in path)


@instead_of("multiplications", "additions are counted too, two operations for each product; only multiplications count")
def with_additions(path, examples, m, k):
    return 2 * sum(epochs * examples * units * (2 * m + 3 * k) for units, epochs in path)


@instead_of("multiplications", "x W is counted once; the gradient with respect to W takes as many again")
def no_gradient_of_W(path, examples, m, k):
    return sum(epochs * examples * units * (m + 3 * k) for units, epochs in path)


@instead_of(
    "multiplications",
    "each gradient's size stands for its cost, m k between the layers; the products have units in them",
)
def m_times_k(path, examples, m, k):
    return sum(epochs * examples * (2 * units * (m + k) + m * k) for units, epochs in path)


@instead_of("multiplications", "tanh is counted, forward or backward; only products of matrices count")
def with_tanh(path, examples, m, k):
    return sum(epochs * examples * units * (2 * m + 3 * k + 1) for units, epochs in path)


@instead_of("multiplications", "tanh is counted, forward or backward; only products of matrices count")
def with_tanh_both_ways(path, examples, m, k):
    return sum(epochs * examples * units * (2 * m + 3 * k + 2) for units, epochs in path)


def groups(errors, tries):
    return errors[: len(errors) // tries * tries].reshape(-1, tries)


def kept(valid, test, tries, choose=np.argmin):
    """Return the test error of the network that each sceptic keeps."""
    t = groups(test, tries)
    return t[np.arange(len(t)), choose(groups(valid, tries), axis=1)]


@instead_of("best_of", "this is the mean over all networks; each sceptic keeps only one")
def mean_of_every_network(valid, test, tries):
    return test.mean()


@instead_of("best_of", "this is the median of what the sceptics keep; an expected error is a mean")
def median_of_sceptics(valid, test, tries):
    return np.median(kept(valid, test, tries))


@instead_of("best_of", "the groups overlap here; each network belongs to one sceptic only")
def sliding_groups(valid, test, tries):
    return np.mean([test[i + valid[i : i + tries].argmin()] for i in range(len(valid) - tries + 1)])


@instead_of("best_of", "the networks were chosen by their test error; nobody can do that before the test")
def chosen_by_test(valid, test, tries):
    return groups(test, tries).min(axis=1).mean()


@instead_of("best_of", "this is the validation error of the chosen networks; they must be judged by the test set")
def validation_error(valid, test, tries):
    return groups(valid, tries).min(axis=1).mean()


@instead_of("best_of", "this is the mean over all networks; each sceptic keeps only one")
def mean_of_all(valid, test, tries):
    return groups(test, tries).mean()


@instead_of("best_of", "one network was chosen from all; each group of `tries` has its own sceptic")
def best_of_all(valid, test, tries):
    return test[valid.argmin()]


@instead_of("best_of", "only the first sceptic counts here; take the mean over all of them")
def first_group(valid, test, tries):
    return test[valid[:tries].argmin()]


@instead_of("best_of", "the worst network of each group was kept; take the smallest validation error")
def worst(valid, test, tries):
    return kept(valid, test, tries, choose=np.argmax).mean()


@instead_of("best_of", "groups were dealt out in turn; networks 0 to tries - 1 are the first sceptic's, and so on")
def dealt_out(valid, test, tries):
    groups = len(valid) // tries
    v, t = valid[: groups * tries].reshape(tries, groups), test[: groups * tries].reshape(tries, groups)
    return t[v.argmin(axis=0), np.arange(groups)].mean()


@instead_of("best_of", "the last group is too small; a sceptic with fewer than `tries` networks does not count")
def leftover_counts(valid, test, tries):
    return np.mean([test[i : i + tries][valid[i : i + tries].argmin()] for i in range(0, len(valid), tries)])


@instead_of("best_of", "every group took the place in its group for the place in the whole array; add where it begins")
def place_in_group(valid, test, tries):
    groups = len(valid) // tries
    return np.mean([test[valid[g * tries : (g + 1) * tries].argmin()] for g in range(groups)])


@instead_of("best_of", "this is one number for each sceptic; return their mean")
def one_each(valid, test, tries):
    return kept(valid, test, tries)


@instead_of("best_of", "whole groups were compared by their means; each sceptic keeps one network of the own group")
def best_group(valid, test, tries):
    v, t = groups(valid, tries), groups(test, tries)
    return t.mean(axis=1)[v.mean(axis=1).argmin()]


@instead_of("best_of", "this is the best `tries` of all networks; each group keeps its own best one")
def best_tries(valid, test, tries):
    return test[np.argsort(valid)[:tries]].mean()


@instead_of("best_of", "t[:, places] takes every chosen place from every group; pair each group with its own place")
def all_places(valid, test, tries):
    return groups(test, tries)[:, groups(valid, tries).argmin(axis=1)].mean()
